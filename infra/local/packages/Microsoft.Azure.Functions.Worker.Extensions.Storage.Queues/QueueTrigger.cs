using System.Text.Encodings.Web;
using System.Text.Json;
using Azure.Storage.Queues.Models;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Turns a stored message into what a function is given.</summary>
internal static class QueueTrigger
{
    private static readonly Type[] Binary = [typeof(byte[]), typeof(BinaryData), typeof(ReadOnlyMemory<byte>)];
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="FormatException">The text is no base64.</exception>
    /// <exception cref="System.Text.DecoderFallbackException">The content is no UTF-8 where text is wanted.</exception>
    public static TriggerInvocation For(FunctionDescriptor function, QueueMessage message)
    {
        var content = QueueText.DecodeBytes(message.MessageText);
        var type = function.TriggerParameter.ParameterType;
        if (Binary.Contains(type)) return new TriggerInvocation(content, BindingData(QueueText.TryDecode(content), message));
        if (type == typeof(QueueMessage)) return new TriggerInvocation(Decoded(message, content), BindingData(QueueText.DecodeText(message.MessageText), message));
        var text = QueueText.DecodeText(message.MessageText);
        var data = BindingData(text, message);
        AddMembers(text, data);
        return new TriggerInvocation(text, data);
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
            ["DequeueCount"] = message.DequeueCount.ToString(),
            ["Id"] = message.MessageId,
            ["PopReceipt"] = message.PopReceipt,
            ["ExpirationTime"] = Quoted(message.ExpiresOn),
            ["InsertionTime"] = Quoted(message.InsertedOn),
            ["NextVisibleTime"] = Quoted(message.NextVisibleOn),
        };
        if (text is not null) data["QueueTrigger"] = text;
        return data;
    }

    /// <summary>The members of a message that is JSON; one named id takes the place of the message's own.</summary>
    private static void AddMembers(string text, Dictionary<string, object?> data)
    {
        if (!text.AsSpan().TrimStart().StartsWith("{")) return;
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
