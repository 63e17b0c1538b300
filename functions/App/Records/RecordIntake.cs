using System.Collections.Immutable;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Records;

/// <summary>What was done to a posted record on its own side.</summary>
internal enum Brought
{
    Nothing,
    Edited,
    Made,
}

/// <param name="Id">The record's on its side; null where it was not brought there.</param>
/// <param name="Refusal">Why it was not.</param>
internal sealed record Intake(string? Id, Brought Brought, Record? Record = null, RecordAnswer? Refusal = null)
{
    public static Intake Refused(string code, string text, string? field = null) => new(null, Brought.Nothing, Refusal: RecordAnswer.Rejected(code, text, field));
}

/// <summary>
/// Brings a posted record to the side that it is of, as if somebody had typed it in there: it is found by the flow's own rules or made, and
/// only what was posted is written. What the flow then does with it is as with every other change.
/// </summary>
public sealed class RecordIntake(LinkStore links, ClaimStore claims, IntegrationLog log, IdSource ids, TimeProvider time)
{
    /// <summary>A vendor's search may not show for so long what was made; who posts the same again finds it by what is remembered here.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Of a search; one that finds more finds no single record.</summary>
    private const int MostPages = 5;

    internal async Task<Intake> BringAsync(WorkScope scope, RecordPost post, CancellationToken cancellation)
    {
        if (post.Fields.IsEmpty) return new Intake(post.Id, Brought.Nothing);
        if (RecordPost.IsReadOnly(scope.Flow, scope.Kind, post.Side)) return Intake.Refused("read-only", $"{scope.NameOf(post.Side)} does not let such records be written.");
        if (post.Id is { } id) return await EditAsync(scope, post, id, cancellation);

        // Two who post the same new record at once make it once: the second waits, and finds what the first has made.
        var wanted = new Claim(scope.Flow.Key, Claim.NewRecord(scope.Kind.Name, post.Side, Matching.Keys(scope.Kind, new Record("", post.Fields))[0]), ids.NewId(), time.GetUtcNow() + RecordWork.Longest, time.GetUtcNow() + Remembered);
        while (true)
        {
            var (claim, isMine) = await claims.TakeAsync(wanted, cancellation);
            if (isMine) return await FindAsync(scope, post, claim, cancellation);
            if (claim.Value.Result is not { } made)
            {
                await Task.Delay(Pause, time, cancellation);
                continue;
            }

            var read = await scope.Flow.On(post.Side).GetAsync(scope.Kind, made, cancellation);
            if (read.Value is { } record && !Matches(scope, post, [record], out _).IsEmpty) return await WriteAsync(scope, post, record, cancellation);
            if (read.Failure is not null and not { Kind: FailureKind.NotFound }) read.Require(scope.Flow.On(post.Side).Connector.Catalog);

            // Deleted since, or somebody else's by now.
            await claims.ReleaseAsync(claim, cancellation);
        }
    }

    private async Task<Intake> FindAsync(WorkScope scope, RecordPost post, Versioned<Claim> claim, CancellationToken cancellation)
    {
        var isMade = false;
        try
        {
            var (found, isComplete) = await SearchAsync(scope, post, cancellation);
            var matches = Matches(scope, post, found, out var rule);
            if (matches.Length > 1) return Intake.Refused("ambiguous", $"{matches.Length} records of {scope.NameOf(post.Side)} have the same {string.Join(" and ", rule!.Fields)}.");
            if (matches.Length == 1) return await WriteAsync(scope, post, found.Find(record => record.Id == matches[0].Id)!, cancellation);
            if (!isComplete) return Intake.Refused("not-searchable", $"{scope.NameOf(post.Side)} cannot be searched by these fields, so that nobody knows whether the record is there: name its id.");
            if (!scope.Settings.CreatesFrom(scope.Kind, post.Side)) return Intake.Refused(Story.CodeOf(SkipReason.NewRecordsOff), $"There is no such record in {scope.NameOf(post.Side)}, and new ones do not flow from there.");

            var made = await MakeAsync(scope, post, claim.Value.Mark, cancellation);
            isMade = made.Record is not null && await claims.FinishAsync(claim, made.Id!, CancellationToken.None);
            return made;
        }
        finally
        {
            if (!isMade) await claims.ReleaseAsync(claim, CancellationToken.None);
        }
    }

    /// <summary>The records that a rule may find: unlinked ones that the flow has seen, then by the vendor's own search, which shows linked ones, too.</summary>
    private async Task<(List<Record> Found, bool IsComplete)> SearchAsync(WorkScope scope, RecordPost post, CancellationToken cancellation)
    {
        var (side, wanted) = (scope.Flow.On(post.Side), new Record("", post.Fields));
        var found = new Dictionary<string, Record>();
        var seen = await links.FindByKeysAsync(scope.Links, post.Side, Matching.Keys(scope.Kind, wanted), cancellation);
        foreach (var id in seen.Values.SelectMany(entries => entries).Select(entry => entry.Value.RecordId).Distinct())
        {
            var read = await side.GetAsync(scope.Kind, id, cancellation);
            if (read.Failure is not { Kind: FailureKind.NotFound }) found[id] = read.Require(side.Connector.Catalog);
        }

        var isComplete = true;
        foreach (var rule in scope.Kind.MatchRules.Where(rule => rule.Key(wanted) is not null))
        {
            if (!side.Connector.Catalog.Kind(scope.Kind.VendorKind(post.Side)).CanSearch || CandidateSearch.WhereOf(scope, post.Side, rule, wanted) is not { } where)
            {
                isComplete = false;
                continue;
            }

            string? next = null;
            for (var pages = 0; pages < MostPages; pages++)
            {
                var page = (await side.ListAsync(scope.Kind, new ListRequest(PageToken: next, Where: where), cancellation)).Require(side.Connector.Catalog);
                foreach (var record in page.Records) found[record.Id] = record;
                if ((next = page.NextPage) is null) break;
            }

            if (!Matches(scope, post, found.Values, out _).IsEmpty) break;
        }

        return ([.. found.Values.OrderBy(record => record.Id, StringComparer.Ordinal)], isComplete);
    }

    private static ImmutableArray<Record> Matches(WorkScope scope, RecordPost post, IEnumerable<Record> found, out MatchRule? rule) =>
        Matching.Find(scope.Kind, new Record("", post.Fields), [.. found.Select(record => scope.Kind.Project(post.Side, record, scope.Settings))], out rule);

    private async Task<Intake> EditAsync(WorkScope scope, RecordPost post, string id, CancellationToken cancellation)
    {
        var read = await scope.Flow.On(post.Side).GetAsync(scope.Kind, id, cancellation);
        if (read.Failure is { Kind: FailureKind.NotFound }) return Intake.Refused("not-found", $"{scope.NameOf(post.Side)} has no such record.");
        return await WriteAsync(scope, post, read.Require(scope.Flow.On(post.Side).Connector.Catalog), cancellation);
    }

    /// <summary>Only what differs is written.</summary>
    private async Task<Intake> WriteAsync(WorkScope scope, RecordPost post, Record vendor, CancellationToken cancellation)
    {
        var side = scope.Flow.On(post.Side);
        var current = scope.Kind.Project(post.Side, vendor, scope.Settings);
        var changed = FieldSet.From(post.Fields.Where(field => !scope.Kind.Field(field.Key).Agree(field.Value, current.Fields.Find(field.Key) ?? FieldValue.None)));
        if (changed.IsEmpty) return new Intake(vendor.Id, Brought.Nothing);
        if (changed.Select(field => scope.Kind.Field(field.Key)).FirstOrDefault(field => !Consent.MayWrite(field, changed[field.Name])) is { } consent) return Intake.Refused(Story.CodeOf(SkipReason.ConsentKept), $"{consent.Name}: who has refused, or never said yes, is asked by nobody but the system in which they say it.", consent.Name);
        if (scope.Kind.Inexpressible(post.Side, changed, scope.Settings, vendor).FirstOrDefault() is { } wordless) return Intake.Refused("no-word", $"{side.Connector.Catalog.DisplayName} has no word for this value.", wordless);

        var written = await side.Connector.UpdateAsync(side.Scope, scope.Kind.VendorKind(post.Side), vendor.Id, scope.Kind.Express(post.Side, changed, scope.Settings, vendor), cancellation, side.Connector.Catalog.ConditionalWrites ? vendor.Version : null);
        if (Refusal(written.Failure) is { } refused) return refused;
        await TellAsync(scope, post, written.Require(side.Connector.Catalog), $"Posted by another system: wrote {string.Join(", ", changed.Keys)}.");
        return new Intake(vendor.Id, Brought.Edited);
    }

    private async Task<Intake> MakeAsync(WorkScope scope, RecordPost post, string operation, CancellationToken cancellation)
    {
        var side = scope.Flow.On(post.Side);

        // What every record that comes from the other side would be given.
        var constants = from field in scope.Kind.Fields
                        where field.End(post.Side.Other()).Constant is not null && field.End(post.Side).CanWrite
                        select KeyValuePair.Create(field.Name, field.End(post.Side.Other()).Constant!);
        var fields = scope.Kind.Express(post.Side, FieldSet.From(constants).With(post.Fields), scope.Settings);
        var made = await side.Connector.CreateAsync(side.Scope, scope.Kind.VendorKind(post.Side), fields, cancellation, operation);
        if (Refusal(made.Failure) is { } refused) return refused;
        var record = made.Require(side.Connector.Catalog);
        await TellAsync(scope, post, record, "Posted by another system: made.");
        return new Intake(record.Id, Brought.Made, record);
    }

    /// <summary>What the vendor will not take; null for what may be well in a moment, which is the caller's to try again.</summary>
    private static Intake? Refusal(VendorFailure? failure) =>
        failure is { Kind: FailureKind.Permanent or FailureKind.Conflict or FailureKind.NotFound or FailureKind.Forbidden, Ambiguous: false } ? Intake.Refused("refused", failure.Message) : null;

    private Task TellAsync(WorkScope scope, RecordPost post, Record record, string text) => log.AppendAsync(
        scope.Flow.Key,
        [new LogEntry(time.GetUtcNow(), LogSeverity.Info, "posted", text) { Kind = scope.Kind.Name, Side = post.Side, RecordId = record.Id, Label = scope.Kind.Project(post.Side, record, scope.Settings).Label }],
        CancellationToken.None);
}
