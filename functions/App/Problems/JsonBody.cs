using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SyncFunctions.App.Problems;

/// <summary>Reads JSON bodies; what is wrong with them ends the request with a problem that points at the place.</summary>
public static class JsonBody
{
    /// <summary>Below the host's own limit, whose answer has no body.</summary>
    public const int MaxBytes = 1024 * 1024;

    public static async Task<T> ReadAsync<T>(HttpRequest request, CancellationToken cancellation)
        where T : class
    {
        // A form or text from a foreign page is sent without asking first; JSON is not.
        if (!request.HasJsonContentType())
            throw Invalid("The body must be JSON, with the content type application/json.", "#");
        var bytes = await RequestBytes.ReadAsync(request, MaxBytes, cancellation);
        return Parse<T>(bytes.Span);
    }

    /// <exception cref="ProblemException">The text is not the JSON of a <typeparamref name="T"/>.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> utf8)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(utf8, Json.Options) ?? throw Invalid("The body must be a JSON object.", "#");
        }
        catch (JsonException exception)
        {
            throw Refusal(exception);
        }
    }

    public static T Convert<T>(JsonElement element, string pointer)
        where T : class
    {
        try
        {
            return element.Deserialize<T>(Json.Options) ?? throw Invalid("The value must be a JSON object.", pointer);
        }
        catch (JsonException exception)
        {
            throw Refusal(exception, pointer);
        }
    }

    public static ProblemException Invalid(string detail, string pointer) =>
        new(ProblemType.InvalidRequest, detail) { Errors = [new(detail, pointer)] };

    /// <summary>The exception's own text names types of ours, so only its place is told.</summary>
    private static ProblemException Refusal(JsonException exception, string root = "#")
    {
        var detail = exception switch
        {
            { Message: var message } when message.Contains("could not be mapped to any .NET member") => "This member is not known.",
            { Message: var message } when message.Contains("Duplicate property") => "This member is there twice.",
            { InnerException: JsonException } or { Path: null } => $"The body is not JSON: see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.",
            _ => "This value is of the wrong type or form.",
        };
        return Invalid(detail, root + Pointer(exception.Path)[1..]);
    }

    /// <summary>From the serializer's path, <c>$.kinds['a.b'][2]</c>, to a JSON pointer in a URI fragment.</summary>
    internal static string Pointer(string? path)
    {
        var pointer = new StringBuilder("#");
        var rest = (path ?? "$").AsSpan(1);
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<char> name;
            if (rest.StartsWith("['"))
            {
                var end = rest.IndexOf("']");
                name = end < 0 ? rest[2..] : rest[2..end];
                rest = end < 0 ? [] : rest[(end + 2)..];
            }
            else if (rest[0] == '[')
            {
                var end = rest.IndexOf(']');
                name = end < 0 ? rest[1..] : rest[1..end];
                rest = end < 0 ? [] : rest[(end + 1)..];
            }
            else
            {
                rest = rest[1..];
                var end = rest.IndexOfAny('.', '[');
                name = end < 0 ? rest : rest[..end];
                rest = end < 0 ? [] : rest[end..];
            }

            pointer.Append('/').Append(Uri.EscapeDataString(name.ToString().Replace("~", "~0").Replace("/", "~1")));
        }

        return pointer.ToString();
    }
}
