namespace SyncFunctions.App.Settings;

/// <summary>How many days things are kept.</summary>
/// <param name="Log">The integration log, runs and activity figures.</param>
/// <param name="Calls">Details of calls.</param>
/// <param name="Audit">Who did what.</param>
public sealed record RetentionSettings(int Log, int Calls, int Audit)
{
    private const int Most = 3650;

    public static RetentionSettings Read(SettingReader reader) =>
        new(reader.Whole("LogRetentionDays", 90, 1, Most), reader.Whole("ApiCallRetentionDays", 30, 1, Most), reader.Whole("AuditRetentionDays", 365, 1, Most));
}
