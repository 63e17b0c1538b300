namespace SyncFunctions.Vendors.Moovila;

/// <summary>Problem details (RFC 9457) with the types that the contract names.</summary>
internal static class Problem
{
    private const string Urn = "urn:problem-type:partner:";

    public static IResult Of(int status, string detail) => Of(status, TypeOf(status), detail, []);

    public static IResult Of(int status, string type, string detail) => Of(status, Urn + type, detail, []);

    public static IResult Invalid(IEnumerable<SimProblem> problems) => Of(422, $"{Urn}validation", "The values do not fit.", [.. problems]);

    private static IResult Of(int status, string? type, string detail, SimProblem[] problems)
    {
        var body = new Dictionary<string, object>
        {
            ["type"] = type ?? "about:blank",
            ["title"] = Title(status),
            ["status"] = status,
            ["detail"] = detail,
        };
        if (problems.Length > 0)
            body["errors"] = problems.Select(problem => new { Pointer = $"#/{problem.Field.Replace('.', '/')}", Detail = problem.Message }).ToArray();
        var answer = SimJson.Of(status, body, "application/problem+json");
        return status switch
        {
            401 => new SimHeaders(answer, ("WWW-Authenticate", "Bearer")),
            // A fault that is set up may bring a Retry-After of its own.
            429 or 503 => new SimHeaders(answer, ("Retry-After", "1")),
            _ => answer,
        };
    }

    private static string? TypeOf(int status) => status switch
    {
        403 => $"{Urn}right-missing",
        410 => $"{Urn}gone",
        412 => $"{Urn}other-version",
        429 => $"{Urn}rate-limit",
        _ => null,
    };

    private static string Title(int status) => status switch
    {
        400 => "Bad request",
        401 => "Not signed in",
        403 => "Not allowed",
        404 => "Not found",
        409 => "Conflict",
        410 => "Gone",
        412 => "Another version",
        415 => "Unsupported type of body",
        422 => "Not valid",
        429 => "Too many calls",
        503 => "Not available",
        _ => "Failed",
    };
}
