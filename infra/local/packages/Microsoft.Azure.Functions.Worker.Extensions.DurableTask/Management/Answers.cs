using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Management;

/// <summary>The bodies that the management addresses answer with, in the genuine extension's words.</summary>
internal static class Answers
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A stored text as JSON; what is none, such as a plain reason, is a string.</summary>
    public static JsonElement? Token(string? stored)
    {
        if (stored is null) return null;
        try
        {
            using var document = JsonDocument.Parse(stored);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(stored);
        }
    }
}

/// <summary>How to go on with an instance that was just started.</summary>
internal sealed record CreationAnswer
{
    public required string Id { get; init; }

    public required string StatusQueryGetUri { get; init; }

    public required string SendEventPostUri { get; init; }

    public required string TerminatePostUri { get; init; }

    public required string RewindPostUri { get; init; }

    public required string PurgeHistoryDeleteUri { get; init; }

    public required string RestartPostUri { get; init; }

    public required string SuspendPostUri { get; init; }

    public required string ResumePostUri { get; init; }
}

/// <summary>Where an instance stands.</summary>
internal sealed record StatusAnswer(
    string Name,
    string InstanceId,
    string RuntimeStatus,
    JsonElement? Input,
    JsonElement? CustomStatus,
    JsonElement? Output,
    string CreatedTime,
    string LastUpdatedTime,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonArray? HistoryEvents)
{
    public static StatusAnswer Of(OrchestrationMetadata instance, bool showInput, JsonArray? history = null) => new(
        instance.Name,
        instance.InstanceId,
        instance.RuntimeStatus.ToString(),
        showInput ? Answers.Token(instance.SerializedInput) : null,
        Answers.Token(instance.SerializedCustomStatus),
        Answers.Token(instance.SerializedOutput),
        Seconds(instance.CreatedAt),
        Seconds(instance.LastUpdatedAt),
        history);

    private static string Seconds(DateTimeOffset time) => $"{time.UtcDateTime.ToString("s", CultureInfo.InvariantCulture)}Z";
}

/// <summary>What went wrong. Unlike the genuine extension it never shows a stack.</summary>
internal sealed record ErrorAnswer(
    [property: JsonPropertyName("Message")] string Message,
    [property: JsonPropertyName("ExceptionMessage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ExceptionMessage = null,
    [property: JsonPropertyName("ExceptionType"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ExceptionType = null);
