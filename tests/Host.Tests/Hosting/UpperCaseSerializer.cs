using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Azure.Core.Serialization;

namespace SyncFunctions.Host.Tests.Hosting;

/// <summary>Writes JSON in capitals, so that a test sees which serializer wrote it.</summary>
public sealed class UpperCaseSerializer : ObjectSerializer
{
    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Serialize(Stream stream, object? value, Type inputType, CancellationToken cancellationToken)
        => stream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(value, inputType, Unescaped).ToUpperInvariant()));

    public override ValueTask SerializeAsync(Stream stream, object? value, Type inputType, CancellationToken cancellationToken)
    {
        Serialize(stream, value, inputType, cancellationToken);
        return ValueTask.CompletedTask;
    }

    public override object? Deserialize(Stream stream, Type returnType, CancellationToken cancellationToken) => JsonSerializer.Deserialize(stream, returnType);

    public override ValueTask<object?> DeserializeAsync(Stream stream, Type returnType, CancellationToken cancellationToken)
        => ValueTask.FromResult(Deserialize(stream, returnType, cancellationToken));
}
