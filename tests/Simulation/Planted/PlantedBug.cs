namespace SyncFunctions.Simulation.Planted;

/// <summary>A rule of the product, broken in its source.</summary>
/// <param name="Name">Which rule.</param>
/// <param name="File">Below <c>functions/</c>.</param>
/// <param name="Text">Stands there exactly once.</param>
/// <param name="Put">Takes its place.</param>
public sealed record PlantedBug(string Name, string File, string Text, string Put)
{
    public string Project => File.Split('/')[0];

    public override string ToString() => Name;
}
