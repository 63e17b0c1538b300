using System.Text;
using System.Text.Json;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Reactions;

/// <summary>
/// Does what tenants want done upon events. Each was stored with what it is about; whoever does it takes its row for a while, and the row
/// goes when it is done. What dies in between is done again after that: tags and values are then there already, and a webhook has the same id.
/// </summary>
public sealed class ReactionWork(BatchSync batches, LinkStore links, IntegrationLog log, WebhookSender sender, SecretBox box, TimeProvider time)
{
    /// <summary>What has not been taken by then is given up.</summary>
    public static readonly TimeSpan TriedFor = TimeSpan.FromDays(1);

    public const string TagsField = "tags";
    public const string MergeFields = "merge_fields.";

    internal const int AtATime = 100;

    /// <summary>Longer than any of it takes.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan MaxBackoff = TimeSpan.FromHours(2);
    private const int AtOnce = 4;

    private readonly LinkReader _reader = new(links, log, time);

    /// <summary>What is due of a kind.</summary>
    public async Task RunAsync(WorkScope scope, CancellationToken cancellation)
    {
        if (scope.Settings.Reactions.IsEmpty) return;
        var now = time.GetUtcNow();
        var due = (await links.EventsAsync(scope.Links, AtATime, cancellation)).Where(told => told.Value.DueAt <= now);

        // What is about one record is done one after the other: its tags are read and written as a whole.
        await Concurrent.ForEachAsync(due.GroupBy(told => told.Value.Link), AtOnce, async (ofLink, token) =>
        {
            foreach (var told in ofLink) await RunOneAsync(scope, told, token);
        }, cancellation);
    }

    private async Task RunOneAsync(WorkScope scope, Versioned<LinkEvent> due, CancellationToken cancellation)
    {
        var before = due.Value;
        if (await links.ReplaceEventAsync(scope.Links, due with { Value = before with { DueAt = time.GetUtcNow() + Lease, Attempts = before.Attempts + 1 } }, cancellation) is not { } taken) return;
        var problem = await TryAsync(scope, taken.Value, cancellation);
        var now = time.GetUtcNow();
        if (problem is { IsFinal: false } && now - taken.Value.At < TriedFor)
        {
            var wait = TimeSpan.FromSeconds(Math.Min(MaxBackoff.TotalSeconds, 5 * Math.Pow(3, taken.Value.Attempts - 1)));
            await links.ReplaceEventAsync(scope.Links, taken with { Value = taken.Value with { DueAt = problem.Until is { } until && until > now + wait ? until : now + wait } }, CancellationToken.None);
            return;
        }

        // Told before the row goes: what a crash comes between is told twice, never not at all.
        await TellAsync(scope, taken.Value, problem);
        await links.RemoveEventAsync(scope.Links, taken, CancellationToken.None);
    }

    private async Task<Problem?> TryAsync(WorkScope scope, LinkEvent told, CancellationToken cancellation)
    {
        if ((await links.LoadAsync(scope.Links, [told.Link], cancellation)).GetValueOrDefault(told.Link).Value is not { State: not LinkState.Tombstone } link) return new Problem("The two are no longer linked.", IsFinal: true);
        if (told.Do.Webhook is { } webhook) return await SendAsync(scope, told, link, webhook, cancellation);
        var target = told.Source.Other();
        if (link.IdOn(target) is not { } id) return new Problem($"It is not in {scope.NameOf(target)} yet.");
        return told.Do.Tag is { } tag ? await TagAsync(scope, link, target, tag, cancellation) : await SetAsync(scope, target, id, told, cancellation);
    }

    private async Task<Problem?> SendAsync(WorkScope scope, LinkEvent told, Link link, string webhook, CancellationToken cancellation)
    {
        var flow = scope.Flow.Flow;
        if (sender.WhyNot(webhook) is { } why) return new Problem(why, IsFinal: true);
        if (!flow.WebhookSecrets.TryGetValue(webhook, out var secret)) return new Problem("Its address has no secret.");
        var secrets = box.Open(flow.Key.Tenant, flow.Left, secret, time.GetUtcNow());
        if (secrets.Count == 0) return new Problem("Its secret is of keys that are gone.");
        var body = JsonSerializer.SerializeToUtf8Bytes(new ReactionBody(told, flow.Key.Flow.Value, scope.Kind.Name, link), Json.Options);
        var answer = await sender.SendAsync(new Uri(webhook), told.Id, body, secrets, cancellation);
        return answer.Problem is { } failed ? new Problem(failed, answer.IsGone, answer.RetryAt) : null;
    }

    /// <summary>As a write of the app's own, where the pair maps the tag: then it is nobody's change, and is not sent back. One outside a vocabulary is mapped by nobody.</summary>
    private async Task<Problem?> TagAsync(WorkScope scope, Link link, Side target, string tag, CancellationToken cancellation)
    {
        if (scope.Kind.Fields.FirstOrDefault(field => field.Type == FieldType.Set && field.End(target).Name == TagsField) is not { } field
            || (field.Vocabulary is { } vocabulary && !scope.Settings.Vocabularies.GetValueOrDefault(vocabulary.Kind, []).Contains(tag)))
            return await TagUnmappedAsync(scope, link.IdOn(target)!, target, tag, cancellation);
        var byHand = scope with { Mode = RunMode.Manual, ByHand = true, Watch = null };
        if (await _reader.ReadAsync(byHand, link.Id, settle: true, cancellation) is not { } read) return new Problem("The two are no longer linked.", IsFinal: true);
        if (read.IsBusy) return new Problem("The record is being written.");
        if (read.Failure is { } unread) return Of(scope, read.FailedSide!.Value, unread);
        if (read.Case.Item.RecordOn(target) is not { } record) return new Problem($"It is not in {scope.NameOf(target)} any more.", IsFinal: true);
        var before = (record.Fields.Find(field.Name) ?? FieldValue.None).AsSet();
        if (before.Items.Contains(tag)) return null;

        var write = new SyncAction.Write(target, FieldSet.Of((field.Name, before.With(new FieldValue.Set(tag)))), FieldSet.Of((field.Name, before)), FieldSet.Empty);
        read.Case.Plan = new ItemPlan(read.Case.Item, [write]);
        var outcome = await batches.ApplyChosenAsync(byHand, read.Case, cancellation);
        return read.Case.Failure is { } failure ? Of(scope, target, failure) : outcome.Counts.Updated > 0 ? null : new Problem("Somebody else is working on the record.");
    }

    private static async Task<Problem?> TagUnmappedAsync(WorkScope scope, string id, Side target, string tag, CancellationToken cancellation)
    {
        var side = scope.Flow.On(target);
        var read = await side.GetAsync(scope.Kind, id, cancellation);
        if (!read.TryGet(out var record, out var failure)) return Of(scope, target, failure);
        var tags = (record.Fields.Find(TagsField) ?? FieldValue.None).AsSet();
        return tags.Items.Contains(tag) ? null : await WriteAsync(scope, target, id, TagsField, tags.With(new FieldValue.Set(tag)), cancellation);
    }

    private static async Task<Problem?> SetAsync(WorkScope scope, Side target, string id, LinkEvent told, CancellationToken cancellation)
    {
        var (name, value) = ($"{MergeFields}{told.Do.MergeField}", FieldValue.Of(told.Do.Value!.Replace(ReactionDo.StatusPlace, told.Status, StringComparison.Ordinal)));
        var read = await scope.Flow.On(target).GetAsync(scope.Kind, id, cancellation);
        if (!read.TryGet(out var record, out var failure)) return Of(scope, target, failure);
        return record.Fields.Find(name) == value ? null : await WriteAsync(scope, target, id, name, value, cancellation);
    }

    private static async Task<Problem?> WriteAsync(WorkScope scope, Side target, string id, string field, FieldValue value, CancellationToken cancellation)
    {
        var side = scope.Flow.On(target);
        return (await side.Connector.UpdateAsync(side.Scope, scope.Kind.VendorKind(target), id, FieldSet.Of((field, value)), cancellation)).Failure is { } failure ? Of(scope, target, failure) : null;
    }

    private static Problem Of(WorkScope scope, Side side, VendorFailure failure) =>
        new($"{scope.NameOf(side)}: {failure.Message}", IsFinal: failure.Kind is FailureKind.Permanent or FailureKind.NotFound, failure.Until);

    private Task TellAsync(WorkScope scope, LinkEvent told, Problem? problem)
    {
        var what = $"{(told.What == ReactionEvent.ProspectAdded ? "Prospect added" : "Prospect status changed")} ({told.Status})";
        var entry = problem is null
            ? new LogEntry(time.GetUtcNow(), LogSeverity.Info, "reaction", $"{what}: {told.Do} done.")
            : new LogEntry(time.GetUtcNow(), LogSeverity.Error, "reaction-given-up", $"{what}: {told.Do} was given up. {problem.Why}") { WhatToDo = "Put right what is said, and do by hand what was to be done." };
        return log.AppendAsync(scope.Flow.Key, [entry with { Kind = scope.Kind.Name, LinkId = told.Link }], CancellationToken.None);
    }

    /// <param name="IsFinal">It would be the same the next time.</param>
    private sealed record Problem(string Why, bool IsFinal = false, DateTimeOffset? Until = null);
}
