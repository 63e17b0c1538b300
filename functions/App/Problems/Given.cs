using System.Text.Json;
using System.Text.Json.Serialization;

namespace SyncFunctions.App.Problems;

/// <summary>A member of a change that may be left out, and then stays, or be null, and then goes back to its default.</summary>
[JsonConverter(typeof(GivenConverter))]
public readonly record struct Given<T>(T? Value)
{
    private readonly bool _isThere = true;

    /// <summary>What is stored after the change.</summary>
    public T? Or(T? before) => _isThere ? Value : before;
}

internal sealed class GivenConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Given<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Of<T> : JsonConverter<Given<T>>
    {
        public override bool HandleNull => true;

        // By the converter itself: what is wrong is told with the place in the whole body.
        public override Given<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.TokenType == JsonTokenType.Null ? default : ((JsonConverter<T>)options.GetConverter(typeof(T))).Read(ref reader, typeof(T), options));

        public override void Write(Utf8JsonWriter writer, Given<T> value, JsonSerializerOptions options) => throw new NotSupportedException("It is read only.");
    }
}
