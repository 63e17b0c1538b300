using System.Text.Json;
using Azure;
using Azure.Storage.Queues;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>A flow is due.</summary>
public sealed record PollMessage(string Tenant, string Flow, string? Reason)
{
    /// <summary>The span that sent it, as <c>traceparent</c>.</summary>
    public string? Trace { get; init; }
}

/// <summary>The work list of a flow has news.</summary>
/// <param name="Kinds">The kinds whose due work is to be done.</param>
public sealed record ChangeMessage(string Tenant, string Flow, IReadOnlyList<string> Kinds)
{
    /// <summary>What a message may hold, less what base64 and the rest of it take.</summary>
    private const int MaxLength = 40_000;

    private const int MaxRecords = 100;

    /// <summary>Records that were put on the list just now: done at once, beside whatever else the flow does.</summary>
    public IReadOnlyList<ChangedRecord> Records { get; init; } = [];

    /// <summary>How often it was put off so far.</summary>
    public int PutOff { get; init; }

    /// <summary>The span that brought all of its records, as <c>traceparent</c>; null where several did.</summary>
    public string? Trace { get; init; }

    /// <summary>As few messages as hold these records of a flow, mostly one.</summary>
    public static IEnumerable<ChangeMessage> Of(FlowKey flow, IEnumerable<WorkItem> items)
    {
        var all = items.ToList();
        var trace = all.Select(item => item.Trace).Distinct().Take(2).ToArray() is [var only] ? only : null;
        var (records, length) = (new List<ChangedRecord>(), 0);
        foreach (var record in all.Select(ChangedRecord.Of).Distinct())
        {
            if (records.Count == MaxRecords || length + record.Length > MaxLength)
            {
                yield return Of(flow, records, trace);
                (records, length) = ([], 0);
            }

            records.Add(record);
            length += record.Length;
        }

        if (records.Count > 0) yield return Of(flow, records, trace);
    }

    private static ChangeMessage Of(FlowKey flow, List<ChangedRecord> records, string? trace) => new(flow.Tenant.Value, flow.Flow.Value, []) { Records = records, Trace = trace };
}

/// <param name="Id">Escaped, since a message's text holds no lone surrogates.</param>
public sealed record ChangedRecord(string Kind, Side Side, string Id)
{
    public static ChangedRecord Of(WorkItem item) => new(item.Kind, item.Side, Keys.Escape(item.RecordId));

    public string RecordId() => Keys.Unescape(Id);

    internal int Length => 50 + Kind.Length + Id.Length;
}

/// <summary>A notice is to be spread to everybody who gets it, or one of its deliveries is to be sent; or an account that lost its password gets a link.</summary>
/// <param name="Tenant">Empty where it is about an account.</param>
/// <param name="Notice">Its name.</param>
/// <param name="Delivery">Its id.</param>
/// <param name="Account">The id of somebody who may not exist.</param>
public sealed record NoticeMessage(string Tenant, string? Notice = null, string? Delivery = null, string? Account = null);

/// <summary>A tenant is to be taken away, or further.</summary>
public sealed record ErasureMessage(string Tenant);

/// <summary>The queues between the app's own functions.</summary>
public sealed class AppQueues
{
    public const string Polls = "polls";
    public const string Changes = "changes";
    public const string Notices = "notices";
    public const string Erasures = "erasures";

    /// <summary>Where the host puts messages of <see cref="Polls"/> that failed too often.</summary>
    public const string PollsPoison = $"{Polls}-poison";

    /// <summary>Where the host puts messages of <see cref="Changes"/> that failed too often.</summary>
    public const string ChangesPoison = $"{Changes}-poison";

    /// <summary>Where the host puts messages of <see cref="Notices"/> that failed too often.</summary>
    public const string NoticesPoison = $"{Notices}-poison";

    /// <summary>Where the host puts messages of <see cref="Erasures"/> that failed too often.</summary>
    public const string ErasuresPoison = $"{Erasures}-poison";

    // A message must not vanish while the app is stopped for longer than the service's seven days.
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    private readonly Sender _polls;
    private readonly Sender _changes;
    private readonly Sender _notices;
    private readonly Sender _erasures;
    private readonly QueueClient[] _poison;

    public AppQueues(StateClients clients)
    {
        _polls = new(clients.Queues.GetQueueClient($"{clients.Prefix}{Polls}"));
        _changes = new(clients.Queues.GetQueueClient($"{clients.Prefix}{Changes}"));
        _notices = new(clients.Queues.GetQueueClient($"{clients.Prefix}{Notices}"));
        _erasures = new(clients.Queues.GetQueueClient($"{clients.Prefix}{Erasures}"));
        _poison = [.. new[] { PollsPoison, ChangesPoison, NoticesPoison, ErasuresPoison }.Select(name => clients.Queues.GetQueueClient($"{clients.Prefix}{name}"))];
    }

    /// <summary>Whether queues answer.</summary>
    public Task AskAsync(CancellationToken cancellation) => _polls.AskAsync(cancellation);

    public Task SendAsync(PollMessage message, CancellationToken cancellation) => _polls.SendAsync(message, null, cancellation);

    /// <param name="delay">How long the message stays invisible.</param>
    public Task SendAsync(ChangeMessage message, TimeSpan? delay, CancellationToken cancellation) => _changes.SendAsync(message, delay, cancellation);

    /// <param name="delay">How long the message stays invisible; seven days at most.</param>
    public Task SendAsync(NoticeMessage message, TimeSpan? delay, CancellationToken cancellation) => _notices.SendAsync(message, delay, cancellation);

    /// <param name="delay">How long the message stays invisible.</param>
    public Task SendAsync(ErasureMessage message, TimeSpan? delay, CancellationToken cancellation) => _erasures.SendAsync(message, delay, cancellation);

    /// <summary>About how many messages failed too often, by the queue they were on.</summary>
    public async Task<IReadOnlyList<(string Queue, int Messages)>> PoisonAsync(CancellationToken cancellation)
    {
        var counts = new List<(string, int)>();
        foreach (var poison in _poison) counts.Add((poison.Name, await CountAsync(poison, cancellation)));
        return counts;
    }

    private static async Task<int> CountAsync(QueueClient queue, CancellationToken cancellation)
    {
        try
        {
            return (await queue.GetPropertiesAsync(cancellation)).Value.ApproximateMessagesCount;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            // The host makes it when a message fails.
            return 0;
        }
    }

    private sealed class Sender(QueueClient queue)
    {
        private bool _exists;

        public Task AskAsync(CancellationToken cancellation) => queue.ExistsAsync(cancellation);

        public async Task SendAsync<T>(T message, TimeSpan? delay, CancellationToken cancellation)
        {
            // Several first senders may all ask; the answer is the same.
            if (!_exists) await queue.CreateIfNotExistsAsync(cancellationToken: cancellation);
            _exists = true;
            await queue.SendMessageAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(message, StateJson.Options)), delay, Forever, cancellation);
        }
    }
}
