namespace SyncFunctions.Simulation.Checks;

/// <summary>A promise that was broken: which, and why the checker thinks so.</summary>
public sealed record Finding(string Rule, string Detail)
{
    public override string ToString() => $"{Rule}: {Detail}";
}
