namespace SyncFunctions.Engine;

/// <summary>How many deletions and archivings of a kind within a day are believed without asking. Pure.</summary>
public static class BrakeRule
{
    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>So few may always vanish at once.</summary>
    public const int AlwaysAllowed = 3;

    public const int MostAllowed = 200;

    /// <summary>Links beyond this change nothing: the tenth part of them is more than is ever allowed.</summary>
    public const int LinksThatCount = MostAllowed * 10;

    public static bool Trips(int vanishing, int links) => vanishing > AlwaysAllowed && vanishing > Math.Min(links / 10.0, MostAllowed);
}
