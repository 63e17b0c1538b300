namespace SyncFunctions.Vendors.Mailchimp;

/// <summary>Problem details, with the fields that are wrong.</summary>
internal static class Problem
{
    public const string Exists = "Member Exists";
    public const string Compliance = "Member In Compliance State";

    public static IResult Of(int status, string detail) => Of(status, Title(status), detail);

    public static IResult Of(int status, string title, string detail) => Write(status, title, detail, null);

    public static IResult Invalid(IEnumerable<SimProblem> problems) => Write(400, "Invalid Resource", "The resource submitted could not be validated. For field-specific details, see the 'errors' array.", problems);

    private static SimJson Write(int status, string title, string detail, IEnumerable<SimProblem>? problems)
    {
        var body = new Dictionary<string, object>
        {
            ["type"] = "https://mailchimp.com/developer/marketing/docs/errors/",
            ["title"] = title,
            ["status"] = status,
            ["detail"] = detail,
            ["instance"] = Guid.NewGuid(),
        };
        if (problems is not null)
            body["errors"] = problems.Select(problem => new { problem.Field, problem.Message }).ToArray();
        return SimJson.Of(status, body, "application/problem+json");
    }

    private static string Title(int status) => status switch
    {
        400 => "Bad Request",
        401 => "API Key Invalid",
        403 => "Forbidden",
        404 => "Resource Not Found",
        405 => "Method Not Allowed",
        429 => "Too Many Requests",
        _ => "Internal Server Error",
    };
}
