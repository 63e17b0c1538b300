using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SyncFunctions.App.Manage;

/// <summary>By what a list of projects is sorted; what is equal stands by customer, name and link.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProjectSort>))]
public enum ProjectSort
{
    Customer,
    Name,
    Board,
    LastSync,
    Status,
    ExternalId,
}

/// <summary>
/// The order of a list of projects. Pages go on after the place of the last project, not after a number of them: one that changes meanwhile
/// moves no other out of the pages.
/// </summary>
internal sealed class ProjectOrder(ProjectSort sort, bool descending, bool byBoard) : IComparer<ProjectOrder.Place>
{
    private static readonly StringComparer Text = StringComparer.OrdinalIgnoreCase;

    /// <summary>Where a project stands.</summary>
    public sealed record Place(string Board, string Key, string Customer, string Name, string Link)
    {
        public string ToContinuation() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new[] { Board, Key, Customer, Name, Link }));

        /// <summary>Null where the text is no continuation of ours.</summary>
        public static Place? Parse(string continuation)
        {
            try
            {
                return JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(continuation)) is [{ } board, { } key, { } customer, { } name, { } link] ? new Place(board, key, customer, name, link) : null;
            }
            catch (Exception exception) when (exception is FormatException or JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>From a query parameter: a name of <see cref="ProjectSort"/>, after a minus for the other way round; null where it is none.</summary>
    public static ProjectOrder? Parse(string? text, bool byBoard)
    {
        if (text is null) return new ProjectOrder(ProjectSort.Customer, false, byBoard);
        var name = text.TrimStart('-');
        return text.Length - name.Length <= 1 && name.Length > 0 && char.IsAsciiLetter(name[0]) && Enum.TryParse<ProjectSort>(name, ignoreCase: true, out var sort) ? new ProjectOrder(sort, text[0] == '-', byBoard) : null;
    }

    public Place PlaceOf(ProjectView project) => new(byBoard ? project.Board : "", KeyOf(project), project.Customer, project.Name, project.Link);

    public int Compare(Place? x, Place? y)
    {
        if (x is null || y is null) return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        var order = Text.Compare(x.Board, y.Board);
        if (order == 0) order = descending ? Text.Compare(y.Key, x.Key) : Text.Compare(x.Key, y.Key);
        if (order == 0) order = Text.Compare(x.Customer, y.Customer);
        if (order == 0) order = Text.Compare(x.Name, y.Name);
        return order != 0 ? order : string.CompareOrdinal(x.Link, y.Link);
    }

    private string KeyOf(ProjectView project) => sort switch
    {
        ProjectSort.Customer => project.Customer,
        ProjectSort.Name => project.Name,
        ProjectSort.Board => project.Board,
        ProjectSort.LastSync => project.LastSyncAt?.UtcTicks.ToString("D19", CultureInfo.InvariantCulture) ?? "",
        ProjectSort.Status => ((int)project.Status).ToString(CultureInfo.InvariantCulture),

        // Numbers stand as numbers do: 9 before 10.
        _ => project.ExternalId is { } id && id.All(char.IsAsciiDigit) ? id.PadLeft(20, '0') : project.ExternalId ?? "",
    };
}
