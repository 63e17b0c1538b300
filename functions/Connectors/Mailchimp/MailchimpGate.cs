using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>The way to a connection's audience: an account's API is at its data centre, which its key ends with, or which Mailchimp tells whoever has a token.</summary>
internal sealed class MailchimpGate(VendorPipeline pipeline)
{
    private const string DataCentre = "{dc}";

    private static readonly VendorDialect Dialect = new(MailchimpCatalog.Catalog, MailchimpAuth.Authorize, MailchimpFailures.Judge);

    // Both stay for the life of the process: some hundred bytes for each connection that was ever used.
    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string LoginBase), string> _endpoints = new();
    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string Base), string> _audiences = new();

    public TimeProvider Time => pipeline.Time;

    public Task<VendorResult<Credentials>> RedeemAsync(VendorCall exchange, CancellationToken cancellation) =>
        pipeline.SendAsync(Dialect, null, exchange, MailchimpAuth.Read, cancellation);

    /// <param name="call">Its base is put before it here.</param>
    public async Task<VendorResult<T>> SendAsync<T>(ConnectionScope connection, VendorCall call, Func<VendorAnswer, T> read, CancellationToken cancellation) =>
        (await BaseAsync(connection, cancellation)).TryGet(out var root, out var failure)
            ? await pipeline.SendAsync(Dialect, connection, call with { Base = root }, read, cancellation)
            : failure;

    /// <summary>The path of the audience.</summary>
    public async Task<VendorResult<string>> AudienceAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        if (Setting(connection, "audience") is { Length: > 0 } audience)
        {
            return VendorCall.IsSegment(audience)
                ? $"lists/{audience}"
                : new VendorFailure(FailureKind.Misconfigured, "The audience in the settings of Mailchimp is no id of one.");
        }

        var key = (connection.Tenant, connection.Connection, Setting(connection, "apiBase"));
        if (_audiences.TryGetValue(key, out var known))
            return $"lists/{known}";
        var call = new VendorCall(HttpMethod.Get, "", "lists") { Query = [("count", "10"), ("fields", "lists.id,lists.name,total_items")] };
        if (!(await SendAsync(connection, call, answer => ReadAudiences(answer.Json), cancellation)).TryGet(out var audiences, out var failure))
            return failure;
        if (audiences is [var only])
            return $"lists/{_audiences[key] = only.Id}";
        return new VendorFailure(FailureKind.Misconfigured, audiences.IsEmpty
            ? "The account has no audience in Mailchimp."
            : $"The account has several audiences in Mailchimp: choose one in the settings, {string.Join(", ", audiences.Select(one => $"{one.Id} ({one.Name})"))}.");
    }

    private async Task<VendorResult<string>> BaseAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        var template = Setting(connection, "apiBase");
        if (!template.Contains(DataCentre, StringComparison.Ordinal))
            return template;
        if (!(await connection.Credentials.GetAsync(cancellation)).TryGet(out var credentials, out var failure))
            return failure;
        if (credentials.Kind == "token")
        {
            return DataCentreOf(credentials.AccessToken) is { } centre
                ? template.Replace(DataCentre, centre, StringComparison.Ordinal)
                : new VendorFailure(FailureKind.AuthExpired, "This is no key of Mailchimp: one ends with its data centre, such as -us6.");
        }

        var loginBase = Setting(connection, "loginBase");
        var key = (connection.Tenant, connection.Connection, loginBase);
        if (_endpoints.TryGetValue(key, out var known))
            return known;
        var call = new VendorCall(HttpMethod.Get, loginBase, "metadata");
        var told = await pipeline.SendAsync(Dialect, connection, call, answer => answer.Json.At("api_endpoint").AsText("the address of the API") ?? "", cancellation);
        if (!told.TryGet(out var endpoint, out failure))
            return failure;
        return IsOfMailchimp(endpoint, loginBase)
            ? _endpoints[key] = endpoint.TrimEnd('/') + "/3.0/"
            : new VendorFailure(FailureKind.Misconfigured, "Mailchimp names an address for its API that is none of its own.");
    }

    /// <summary>Letters and digits, so that a key cannot lead to another host.</summary>
    private static string? DataCentreOf(string key) =>
        key[(key.LastIndexOf('-') + 1)..] is { Length: >= 3 and <= 6 } end && key.Contains('-') && char.IsAsciiLetterLower(end[0]) && end.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter)) ? end : null;

    private static bool IsOfMailchimp(string endpoint, string loginBase) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && Uri.TryCreate(loginBase, UriKind.Absolute, out var login) && VendorCall.IsPrivate(address)
        && (address.Authority == login.Authority || (address.IsDefaultPort && address.Scheme == Uri.UriSchemeHttps && $".{address.Host}".EndsWith(".api.mailchimp.com", StringComparison.OrdinalIgnoreCase)));

    private static ImmutableArray<(string Id, string Name)> ReadAudiences(JsonElement json) => json.At("lists") is { ValueKind: JsonValueKind.Array } lists
        ? [.. lists.EnumerateArray().Select(list => (list.At("id").AsText("the id of an audience") ?? "", list.At("name").AsText("the name of an audience") ?? "")).Where(list => VendorCall.IsSegment(list.Item1))]
        : throw new UnexpectedAnswerException("the list of audiences is no array.");

    private static string Setting(ConnectionScope connection, string name) => MailchimpCatalog.Catalog.Setting(connection.Settings, name);
}
