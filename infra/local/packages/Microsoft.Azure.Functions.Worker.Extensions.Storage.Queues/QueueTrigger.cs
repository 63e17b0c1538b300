using System.Text.Encodings.Web;
using System.Text.Json;
using Azure.Storage.Queues.Models;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Turns a stored message into what a function is given.</summary>
internal static class QueueTrigger
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="FormatException">The text is no base64.</exception>
    /// <exception cref="System.Text.DecoderFallbackException">The content is no UTF-8 where text is wanted.</exception>
    public static TriggerInvocation For(FunctionDescriptor function, QueueMessage message)
    {
        var content = QueueText.DecodeBytes(message.MessageText);
        var type = function.TriggerParameter.ParameterType;
        if (type == typeof(byte[]) || type == typeof(BinaryData)) return new TriggerInvocation(content, BindingData(QueueText.TryDecode(content), message));
        var text = QueueText.DecodeText(message.MessageText);
        object value = type == typeof(QueueMessage) ? Decoded(message, content) : text;
        return new TriggerInvocation(value, BindingData(text, message));
    }

    /// <summary>A message that never was in a queue.</summary>
    public static QueueMessage Invented(string text) => QueuesModelFactory.QueueMessage(
        messageId: null, popReceipt: null, QueueText.Encode(text), dequeueCount: 0, nextVisibleOn: null, insertedOn: null, expiresOn: DateTimeOffset.MaxValue);

    private static QueueMessage Decoded(QueueMessage message, byte[] content) => QueuesModelFactory.QueueMessage(
        message.MessageId, message.PopReceipt, BinaryData.FromBytes(content), message.DequeueCount, message.NextVisibleOn, message.InsertedOn, message.ExpiresOn);

    private static Dictionary<string, object?> BindingData(string? text, QueueMessage message)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
        {
            ["QueueTrigger"] = text,
            ["DequeueCount"] = message.DequeueCount.ToString(),
            ["Id"] = message.MessageId,
            ["PopReceipt"] = message.PopReceipt,
            ["ExpirationTime"] = Quoted(message.ExpiresOn),
            ["InsertionTime"] = Quoted(message.InsertedOn),
            ["NextVisibleTime"] = Quoted(message.NextVisibleOn),
        };
        // The members of a JSON message come last: one named id takes the place of the message's own.
        if (text is not null && text.AsSpan().TrimStart().StartsWith("{")) AddMembers(text, data);
        return data;
    }

    private static void AddMembers(string text, Dictionary<string, object?> data)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (Value(member.Value) is { } value) data[member.Name] = value;
            }
        }
        catch (JsonException)
        {
            // Text that only looks like JSON has no members.
        }
    }

    /// <summary>Null for what is left out: nulls and lists.</summary>
    private static string? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Array => null,
        JsonValueKind.Object => JsonSerializer.Serialize(value, Relaxed),
        _ => value.ToString(),
    };

    private static string? Quoted(DateTimeOffset? time) => time is { } value ? JsonSerializer.Serialize(value) : null;
}
