using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

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

    public static IActionResult Created<T>(T value) => new JsonAnswer<T>(StatusCodes.Status201Created, value);

    public static IActionResult Accepted<T>(T value) => new JsonAnswer<T>(StatusCodes.Status202Accepted, value);
}

/// <summary>A value as JSON. What a tenant sees changes all the time and belongs to it alone, so nothing is cached.</summary>
public sealed class JsonAnswer<T>(int status, T value) : IActionResult
{
    public int Status { get; } = status;

    public T Value { get; } = value;

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.StatusCode = Status;
        response.Headers.CacheControl = "no-store";
        await response.WriteAsJsonAsync(Value, Json.Options, context.HttpContext.RequestAborted);
    }
}
