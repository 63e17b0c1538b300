using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>The callbacks of one connection at ConnectWise: one for each type of record.</summary>
internal sealed class ConnectWiseRegistrations(ConnectWiseGate gate, ConnectionScope connection)
{
    private const string Path = "system/callbacks";
    private const int PageSize = 1000;

    // So that two connections to one account leave each other's alone.
    private readonly string _description = Cut($"SyncFunctions {connection.Tenant} {connection.Connection}");

    public async Task<VendorResult<WebhookRegistration>> RegisterAsync(Uri address, WebhookRegistration? before, CancellationToken cancellation)
    {
        if (!(await OursAsync(address, cancellation)).TryGet(out var ours, out var failure))
            return failure;
        var (url, suppress) = (ConnectWiseCallbacks.UrlOf(address), Setting("selfSuppress") == "true");
        var (kept, mended) = (new List<string>(), new List<string>());
        VendorFailure? refused = null;
        foreach (var type in Setting("callbackTypes").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (ours.Find(callback => callback.Url == url && callback.Type.Equals(type, StringComparison.OrdinalIgnoreCase)) is { } there)
            {
                ours.Remove(there);
                kept.Add(there.Id);
                if (!there.IsActive)
                    mended.Add($"{type} was switched off");
                if (there.IsActive && there.SelfSuppress == suppress)
                    continue;
                var wanted = new JsonObject { ["inactiveFlag"] = false, ["isSelfSuppressedFlag"] = suppress };
                var change = Call(HttpMethod.Patch, $"{Path}/{there.Id}") with { Json = ConnectWisePatch.Of(wanted, "replace") };
                if ((await gate.SendAsync(connection, change, _ => true, cancellation)).Failure is { } failed)
                    return failed;
                continue;
            }

            var body = ConnectWiseCallbacks.Body(type, url, _description, suppress);
            var made = await gate.SendAsync(
                connection, Call(HttpMethod.Post, Path) with { Json = body, Repeat = Repeat.Once }, answer => answer.Json.At("id").AsText("the id of a callback"), cancellation);
            if (made.Value is { } id)
            {
                kept.Add(id);
                if (before is not null)
                    mended.Add($"{type} was missing");
            }
            else if (made.Failure is { Kind: FailureKind.Permanent } unknown)
            {
                // A type that this instance does not have: polls find what it would have told.
                refused = unknown;
            }
            else if (made.Failure is { } other)
            {
                return other;
            }
        }

        if (kept.Count == 0 && refused is not null)
            return refused;
        var removed = await RemoveAsync([.. ours.Select(callback => callback.Id)], cancellation);
        return removed.Failure is { } left
            ? left
            : new WebhookRegistration([.. kept]) { Mended = mended.Count > 0 ? $"Callbacks of ConnectWise PSA: {string.Join(", ", mended)}." : null };
    }

    public async Task<VendorResult<bool>> RemoveAsync(ImmutableArray<string> ids, CancellationToken cancellation)
    {
        foreach (var id in ids.Where(VendorCall.IsSegment))
        {
            var removed = await gate.SendAsync(connection, Call(HttpMethod.Delete, $"{Path}/{id}") with { IsRecord = true }, _ => true, cancellation);
            if (removed.Failure is { Kind: not FailureKind.NotFound } failure)
                return failure;
        }

        return true;
    }

    private async Task<VendorResult<List<Callback>>> OursAsync(Uri address, CancellationToken cancellation)
    {
        var ours = new List<Callback>();
        for (var after = "0"; ;)
        {
            var call = Call(HttpMethod.Get, Path) with
            {
                Query = [("pageSize", $"{PageSize}"), ("page", "1"), ("orderBy", "id asc"), ("conditions", $"id>{after}")],
            };
            var read = await gate.SendAsync(connection, call, answer => ReadAll(answer.Json), cancellation);
            if (!read.TryGet(out var page, out var failure))
                return failure;
            ours.AddRange(page.Where(callback => callback.Description == _description && ConnectWiseCallbacks.IsOurs(callback.Url, address)));
            if (page.Length < PageSize || page[^1].Id == after)
                return ours;
            after = page[^1].Id;
        }
    }

    private static ImmutableArray<Callback> ReadAll(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? [.. json.EnumerateArray().Select(Read)]
        : throw new UnexpectedAnswerException("the list of callbacks is no array.");

    private static Callback Read(JsonElement json) => new(
        json.At("id").AsText("the id of a callback") ?? throw new UnexpectedAnswerException("a callback has no id."),
        json.At("type").AsText("the type of a callback") ?? "",
        json.At("url").AsText("the url of a callback") ?? "",
        json.At("description").AsText("the description of a callback") ?? "",
        json.At("inactiveFlag").AsFlag("inactiveFlag") != true,
        json.At("isSelfSuppressedFlag").AsFlag("isSelfSuppressedFlag") == true);

    private static VendorCall Call(HttpMethod method, string path) => new(method, "", path);

    private static string Cut(string text) => text.Length <= 100 ? text : text[..100];

    private string Setting(string name) => ConnectWiseCatalog.Catalog.Setting(connection.Settings, name);

    private sealed record Callback(string Id, string Type, string Url, string Description, bool IsActive, bool SelfSuppress);
}
