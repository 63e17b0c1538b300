using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace SyncFunctions.Tests.Support;

/// <summary>The queue service: messages that are hidden while somebody works on them, and receipts that a later reader makes void.</summary>
internal sealed class MemoryQueues(TimeProvider time)
{
    private static readonly TimeSpan DefaultLife = TimeSpan.FromDays(7);
    private static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(30);
    private readonly Dictionary<string, List<Message>> _queues = [];

    private DateTimeOffset Now => time.GetUtcNow();

    public MemoryAnswer Answer(MemoryCall call)
    {
        var path = call.Path.Split('/');
        if (path is [var name] && call.Method == "PUT") return Create(name);
        if (!_queues.TryGetValue(path[0], out var queue)) return Error(404, "QueueNotFound");
        return (call.Method, path) switch
        {
            ("GET", [_]) => new MemoryAnswer(200, null, ("x-ms-approximate-messages-count", queue.Count.ToString(CultureInfo.InvariantCulture))),
            ("POST", [_, "messages"]) => Send(queue, call),
            ("GET", [_, "messages"]) => Receive(queue, call),
            ("PUT", [_, "messages", var id]) => Settle(queue, id, call, message => Update(message, call)),
            ("DELETE", [_, "messages", var id]) => Settle(queue, id, call, message => Delete(queue, message)),
            _ => throw new NotSupportedException($"Queues in memory know no {call.Method} {call.Path}."),
        };
    }

    public Func<TimeSpan>? Lateness { get; set; }

    public DateTimeOffset? NextVisible(string queue)
    {
        DateTimeOffset? next = null;
        foreach (var message in _queues.GetValueOrDefault(queue) ?? [])
        {
            if (message.ExpiresAt > message.VisibleAt && !(message.VisibleAt >= next)) next = message.VisibleAt;
        }

        return next;
    }

    private MemoryAnswer Create(string name) => new(_queues.TryAdd(name, []) ? 201 : 204);

    private MemoryAnswer Send(List<Message> queue, MemoryCall call)
    {
        var message = new Message(TextOf(call), Now)
        {
            VisibleAt = Now + (Seconds(call, "visibilitytimeout") ?? TimeSpan.Zero) + (Lateness?.Invoke() ?? TimeSpan.Zero),
            ExpiresAt = Seconds(call, "messagettl") is { } life ? life < TimeSpan.Zero ? DateTimeOffset.MaxValue : Now + life : Now + DefaultLife,
        };
        queue.Add(message);
        return new MemoryAnswer(201, Xml([message], withText: false), ("Content-Type", "application/xml"));
    }

    private MemoryAnswer Receive(List<Message> queue, MemoryCall call)
    {
        var peek = call.Query("peekonly") == "true";
        var most = int.Parse(call.Query("numofmessages") ?? "1", CultureInfo.InvariantCulture);
        var found = queue.Where(message => message.VisibleAt <= Now && message.ExpiresAt > Now).OrderBy(message => message.VisibleAt).Take(most).ToList();
        foreach (var message in peek ? [] : found)
        {
            message.DequeueCount++;
            message.Hide(Now + (Seconds(call, "visibilitytimeout") ?? DefaultLease));
        }

        return new MemoryAnswer(200, Xml(found, withText: true), ("Content-Type", "application/xml"));
    }

    private static MemoryAnswer Settle(List<Message> queue, string id, MemoryCall call, Func<Message, MemoryAnswer> settle)
    {
        if (queue.Find(message => message.Id == id) is not { } message) return Error(404, "MessageNotFound");
        return message.Receipt == call.Query("popreceipt") ? settle(message) : Error(400, "PopReceiptMismatch");
    }

    private MemoryAnswer Update(Message message, MemoryCall call)
    {
        if (call.Body.Length > 0) message.Text = TextOf(call);
        message.Hide(Now + (Seconds(call, "visibilitytimeout") ?? TimeSpan.Zero));
        return new MemoryAnswer(204, null, ("x-ms-popreceipt", message.Receipt), ("x-ms-time-next-visible", Date(message.VisibleAt)));
    }

    private static MemoryAnswer Delete(List<Message> queue, Message message)
    {
        queue.Remove(message);
        return new MemoryAnswer(204);
    }

    private static string TextOf(MemoryCall call)
    {
        using var body = new MemoryStream(call.Body);
        return XDocument.Load(body).Root!.Element("MessageText")!.Value;
    }

    private static TimeSpan? Seconds(MemoryCall call, string name) =>
        call.Query(name) is { } text ? TimeSpan.FromSeconds(int.Parse(text, CultureInfo.InvariantCulture)) : null;

    private static byte[] Xml(IEnumerable<Message> messages, bool withText) => Encoding.UTF8.GetBytes(new XElement(
        "QueueMessagesList",
        messages.Select(message => new XElement(
            "QueueMessage",
            new XElement("MessageId", message.Id),
            new XElement("InsertionTime", Date(message.InsertedAt)),
            new XElement("ExpirationTime", Date(message.ExpiresAt)),
            new XElement("PopReceipt", message.Receipt),
            new XElement("TimeNextVisible", Date(message.VisibleAt)),
            withText ? new XElement("DequeueCount", message.DequeueCount) : null,
            withText ? new XElement("MessageText", message.Text) : null))).ToString());

    private static string Date(DateTimeOffset at) => at.ToString("r", CultureInfo.InvariantCulture);

    private static MemoryAnswer Error(int status, string code) => new(
        status,
        Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code><Message>{code}</Message></Error>"),
        ("x-ms-error-code", code),
        ("Content-Type", "application/xml"));

    private sealed class Message(string text, DateTimeOffset insertedAt)
    {
        public string Id { get; } = Guid.NewGuid().ToString();

        public string Text { get; set; } = text;

        public DateTimeOffset InsertedAt { get; } = insertedAt;

        public required DateTimeOffset VisibleAt { get; set; }

        public required DateTimeOffset ExpiresAt { get; init; }

        public int DequeueCount { get; set; }

        public string Receipt { get; private set; } = Guid.NewGuid().ToString("N");

        /// <summary>Only who hid it last may settle it.</summary>
        public void Hide(DateTimeOffset until) => (VisibleAt, Receipt) = (until, Guid.NewGuid().ToString("N"));
    }
}
