using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SyncFunctions.App.Records;

/// <param name="TimeLimit">A caller waits so long for the result.</param>
/// <param name="AtOnce">Records of one flow that are worked on at the same time, by one instance of the app.</param>
/// <param name="PerMinute">Records that one flow takes a minute, by one instance of the app.</param>
public sealed record RecordsSettings(TimeSpan TimeLimit, int AtOnce, int PerMinute)
{
    public const string Section = "RecordsApi";

    public static RecordsSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var limit = double.TryParse(section[nameof(TimeLimit)], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 200 ? seconds : 20;
        return new RecordsSettings(TimeSpan.FromSeconds(limit), Count(nameof(AtOnce), 10), Count(nameof(PerMinute), 600));

        int Count(string name, int otherwise) => int.TryParse(section[name], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : otherwise;
    }
}
