using Microsoft.Playwright;

namespace SyncFunctions.Browser.Tests;

/// <summary>How a page is looked at.</summary>
/// <param name="Name">In the names of screenshots.</param>
public sealed record Look(string Name, int Width, int Height, ColorScheme Colours)
{
    public static readonly Look Wide = new("1280-light", 1280, 800, ColorScheme.Light);
    public static readonly Look Dark = new("1280-dark", 1280, 800, ColorScheme.Dark);
    public static readonly Look Phone = new("360-light", 360, 740, ColorScheme.Light);
    public static readonly IReadOnlyList<Look> All = [Wide, Dark, Phone];

    public override string ToString() => Name;
}
