using Microsoft.DurableTask.Converters;

namespace Microsoft.DurableTask.Client;

/// <summary>A value as text, and what reads it.</summary>
public sealed class SerializedData(string data, DataConverter? converter = null)
{
    /// <summary>The text.</summary>
    public string Value { get; } = data ?? throw new ArgumentNullException(nameof(data));

    /// <summary>What reads it.</summary>
    public DataConverter Converter { get; } = converter ?? JsonDataConverter.Default;

    /// <summary>The value.</summary>
    public T ReadAs<T>() => Converter.Deserialize<T>(Value)!;
}
