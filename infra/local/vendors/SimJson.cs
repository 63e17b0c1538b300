using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SyncFunctions.Vendors;

/// <summary>An answer whose JSON is complete before the first byte is sent.</summary>
internal sealed class SimJson : IResult
{
    /// <summary>For the records of the control interface.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ReadOnlyMemory<byte> _body;
    private readonly string _type;

    private SimJson(int status, ReadOnlyMemory<byte> body, string type)
    {
        Status = status;
        _body = body;
        _type = type;
    }

    public int Status { get; }

    public static SimJson Write(int status, Action<Utf8JsonWriter> write, string type = "application/json")
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
            write(json);
        return new SimJson(status, buffer.WrittenMemory, type);
    }

    public static SimJson Of(int status, object value, string type = "application/json") =>
        Write(status, json => JsonSerializer.Serialize(json, value, value.GetType(), Options), type);

    public static SimJson Record(int status, SimAccount account, SimRecord record)
    {
        lock (account.Gate)
            return Write(status, json => WriteRecord(json, account, record));
    }

    public static void WriteRecord(Utf8JsonWriter json, SimAccount account, SimRecord record) =>
        record.Kind.Shape.Write(json, account, record, record.Values);

    public static void WriteArray(Utf8JsonWriter json, SimAccount account, IEnumerable<SimRecord> records)
    {
        json.WriteStartArray();
        foreach (var record in records)
            WriteRecord(json, account, record);
        json.WriteEndArray();
    }

    /// <summary>The body of a request; null when it is not JSON.</summary>
    public static async Task<JsonElement?> ReadAsync(HttpRequest request)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        httpContext.Response.ContentType = $"{_type}; charset=utf-8";
        httpContext.Response.ContentLength = _body.Length;
        await httpContext.Response.Body.WriteAsync(_body, httpContext.RequestAborted);
    }
}
