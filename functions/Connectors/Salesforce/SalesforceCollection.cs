using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Salesforce;

/// <summary>Records that are written by one call and judged one by one: the call goes through even where all of them are refused.</summary>
/// <param name="known">What the org has of the kind.</param>
/// <param name="bodies">What is to be sent, or why it cannot be.</param>
internal sealed class SalesforceCollection(SalesforceObject known, IReadOnlyList<VendorResult<JsonObject>> bodies)
{
    private readonly VendorResult<Record>?[] _results = [.. bodies.Select(body => body.Failure is { } failure ? failure : (VendorResult<Record>?)null)];
    private readonly string?[] _ids = new string?[bodies.Count];

    /// <summary>Those that were written and not read since.</summary>
    public IReadOnlyList<int> Written => [.. Enumerable.Range(0, _ids.Length).Where(at => _ids[at] is not null && _results[at] is null)];

    /// <summary>In the order of the records.</summary>
    public ImmutableArray<VendorResult<Record>> Results =>
        [.. _results.Select(result => result ?? new VendorFailure(FailureKind.Transient, "Salesforce did not say what became of the record.", Ambiguous: true))];

    public static ImmutableArray<VendorResult<Record>> AllFailed(int count, VendorFailure failure) => [.. Enumerable.Repeat<VendorResult<Record>>(failure, count)];

    public JsonObject Body(IReadOnlyList<int> which) => new()
    {
        ["allOrNone"] = false,
        ["records"] = new JsonArray([.. which.Select(Typed)]),
    };

    public JsonObject Question(IReadOnlyList<int> which) => new()
    {
        ["ids"] = new JsonArray([.. which.Select(at => JsonValue.Create(_ids[at]))]),
        ["fields"] = new JsonArray([.. known.Selected.Select(field => JsonValue.Create(field))]),
    };

    /// <summary>The answers are in the order of what was sent.</summary>
    public bool Take(IReadOnlyList<int> which, VendorCall call, VendorAnswer answer, DateTimeOffset now)
    {
        foreach (var (at, row) in Paired(which, answer))
        {
            if (row.At("success").AsFlag("success") == true)
                _ids[at] = SalesforceId.Normal(row.At("id").AsText("the id of a record") ?? "") ?? throw new UnexpectedAnswerException("a written record has no id.");
            else
                _results[at] = SalesforceError.ReadAll(row.At("errors")) is [var error, ..] ? SalesforceFailures.Of(error, call, answer, now) : new VendorFailure(FailureKind.Permanent, "Salesforce does not accept the record.");
        }

        return true;
    }

    public bool TakeRecords(IReadOnlyList<int> which, VendorAnswer answer)
    {
        foreach (var (at, row) in Paired(which, answer))
        {
            _results[at] = row.ValueKind == JsonValueKind.Object
                ? SalesforceRecords.Read(known, row)
                : new VendorFailure(FailureKind.NotFound, $"Salesforce has no such record of {known.Kind.Name}.", Ambiguous: true);
        }

        return true;
    }

    public void Fail(IEnumerable<int> which, VendorFailure failure)
    {
        foreach (var at in which)
            _results[at] = failure;
    }

    private JsonNode Typed(int at)
    {
        var record = bodies[at].Value!.DeepClone().AsObject();
        record["attributes"] = new JsonObject { ["type"] = known.Name };
        return record;
    }

    private static IEnumerable<(int At, JsonElement Row)> Paired(IReadOnlyList<int> which, VendorAnswer answer) =>
        answer.Json.ValueKind == JsonValueKind.Array && answer.Json.GetArrayLength() == which.Count
            ? which.Zip(answer.Json.EnumerateArray())
            : throw new UnexpectedAnswerException("it does not answer for every record that was sent.");
}
