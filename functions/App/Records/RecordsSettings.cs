using SyncFunctions.App.Settings;

namespace SyncFunctions.App.Records;

/// <param name="TimeLimit">A caller waits so long for the result.</param>
/// <param name="AtOnce">Records of one flow that are worked on at the same time, by one instance of the app.</param>
/// <param name="PerMinute">Records that one flow takes a minute, by one instance of the app.</param>
public sealed record RecordsSettings(TimeSpan TimeLimit, int AtOnce, int PerMinute)
{
    public static RecordsSettings Read(SettingReader reader) =>
        new(reader.Seconds("RecordsApi:TimeLimit", 20, 200), reader.Whole("RecordsApi:AtOnce", 10, 1, 1000), reader.Whole("RecordsApi:PerMinute", 600, 1, 1_000_000));
}
