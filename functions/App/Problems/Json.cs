using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Contract;

namespace SyncFunctions.App.Problems;

/// <summary>The one way in which JSON enters and leaves the HTTP interface.</summary>
public static class Json
{
    /// <summary>Camel case names and enums; a member that is not known, a number for an enum and a null where none may be are refused.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        NumberHandling = JsonNumberHandling.Strict,
        AllowDuplicateProperties = false,
        // Answers are JSON alone, never put into a page unescaped: names in other scripts stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new ShownValue() },
    };

    public static JsonNode? ToNode<T>(T value) => JsonSerializer.SerializeToNode(value, Options);

    public static IActionResult Ok<T>(T value) => new JsonAnswer<T>(StatusCodes.Status200OK, value);

    /// <summary>With an <c>ETag</c>.</summary>
    /// <param name="chosen">What of it people choose: a change with <c>If-Match</c> is one of exactly this. Never a secret.</param>
    public static IActionResult Tagged<TShown, TChosen>(TShown value, TChosen chosen) =>
        new JsonAnswer<TShown>(StatusCodes.Status200OK, value) { Tag = VersionTag.Of(value, chosen), Chosen = ToNode(chosen) };

    public static IActionResult Created<T>(T value) => new JsonAnswer<T>(StatusCodes.Status201Created, value);

    public static IActionResult Accepted<T>(T value) => new JsonAnswer<T>(StatusCodes.Status202Accepted, value);
}

/// <summary>An answer with a body that is JSON.</summary>
public abstract class JsonAnswer(int status) : IActionResult
{
    public int Status { get; } = status;

    public VersionTag? Tag { get; init; }

    /// <summary>Goes compressed to whoever takes that. Only where it is the app's own, the same for everybody: the length would tell of what is secret.</summary>
    public bool Packed { get; init; }

    /// <summary>What of it people choose; null where it is not about settings.</summary>
    public JsonNode? Chosen { get; init; }

    public abstract JsonNode? ToNode();

    public abstract Task ExecuteResultAsync(ActionContext context);
}

/// <summary>A value as JSON. What a tenant sees changes all the time and belongs to it alone, so nothing is cached.</summary>
public sealed class JsonAnswer<T>(int status, T value) : JsonAnswer(status)
{
    private const string GZip = "gzip";

    public T Value { get; } = value;

    public override JsonNode? ToNode() => Json.ToNode(Value);

    public override async Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.StatusCode = Status;
        response.Headers.CacheControl = "no-store";
        if (Tag is { } tag) response.Headers.ETag = tag.ToString();
        if (Tag?.IsKnownTo(context.HttpContext.Request) == true)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        if (!Packed || !context.HttpContext.Request.GetTypedHeaders().AcceptEncoding.Any(taken => taken.Value == GZip && taken.Quality != 0))
        {
            await response.WriteAsJsonAsync(Value, Json.Options, context.HttpContext.RequestAborted);
            return;
        }

        response.ContentType = "application/json; charset=utf-8";
        response.Headers.ContentEncoding = GZip;
        await using var packed = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await JsonSerializer.SerializeAsync(packed, Value, Json.Options, context.HttpContext.RequestAborted);
    }
}
