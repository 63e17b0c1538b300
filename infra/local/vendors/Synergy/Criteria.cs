namespace SyncFunctions.Vendors.Synergy;

/// <summary>Query parameters of a list call, each as <c>name</c> or <c>criteria.name</c>, without case. Collects what is not valid.</summary>
internal sealed class Criteria(IQueryCollection query, SimSystem system)
{
    private static readonly string[] SortFields = ["id", "number", "name", "createdDate", "updatedDate"];

    public List<SimProblem> Problems { get; } = [];

    public string? Text(string name) =>
        (query.TryGetValue($"criteria.{name}", out var prefixed) ? prefixed : query[name]) is [{ Length: > 0 } text] ? text.Trim() : null;

    public bool? Flag(string name) => Parse(name, text => bool.TryParse(text, out var flag) ? flag : (bool?)null);

    public long? Number(string name) => Parse(name, text => long.TryParse(text, out var number) ? number : (long?)null);

    public DateTimeOffset? Time(string name) => Parse(name, text => system.Format.TryTime(text, out var time) ? time : (DateTimeOffset?)null);

    /// <summary>Page from 1, and its size.</summary>
    public (int Page, int Size) Paging()
    {
        var page = Number("page") ?? Number("currentPage") ?? 1;
        var size = Number("pageSize") ?? system.Settings.DefaultPageSize;
        if (page is < 1 or > int.MaxValue)
            Invalid("page", page.ToString());
        if (size < 1 || size > system.Settings.MaxPageSize)
            Problems.Add(new SimProblem("criteria.pageSize", $"The field pageSize must be between 1 and {system.Settings.MaxPageSize}."));
        return ((int)Math.Clamp(page, 1, int.MaxValue / 2), (int)Math.Clamp(size, 1, system.Settings.MaxPageSize));
    }

    /// <summary>By <c>sort=field [asc|desc]</c>, or as the vendor orders by itself.</summary>
    public (string OrderBy, bool Descending) Sort(string otherwise)
    {
        var words = (Text("sort") ?? otherwise).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is [_] or [_, "asc" or "desc"]
            && SortFields.FirstOrDefault(field => field.Equals(words[0], StringComparison.OrdinalIgnoreCase)) is { } found)
        {
            return (found switch { "id" => SimQuery.Created, "updatedDate" => SimQuery.Modified, _ => found }, words is [_, "desc"]);
        }

        Invalid("sort", string.Join(' ', words));
        return (SimQuery.Modified, false);
    }

    private T? Parse<T>(string name, Func<string, T?> parse)
        where T : struct
    {
        if (Text(name) is not { } text)
            return null;
        var value = parse(text);
        if (value is null)
            Invalid(name, text);
        return value;
    }

    private void Invalid(string name, string text) => Problems.Add(new SimProblem($"criteria.{name}", $"The value '{text}' is not valid for {name}."));
}
