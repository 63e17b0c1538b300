using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace SyncFunctions.Engine;

/// <summary>A customer organisation. Everything stored belongs to exactly one.</summary>
public readonly record struct TenantId(string Value)
{
    public static TenantId Parse(string text) => new(IdText.Require(text, "tenant id"));
    public static bool TryParse([NotNullWhen(true)] string? text, out TenantId result) { result = new(text ?? ""); return IdText.IsValid(text); }
    public override string ToString() => Value;
}

/// <summary>A tenant's authorised account in a system.</summary>
public readonly record struct ConnectionId(string Value)
{
    public static ConnectionId Parse(string text) => new(IdText.Require(text, "connection id"));
    public static bool TryParse([NotNullWhen(true)] string? text, out ConnectionId result) { result = new(text ?? ""); return IdText.IsValid(text); }
    public override string ToString() => Value;
}

/// <summary>A tenant's running instance of a pair.</summary>
public readonly record struct FlowId(string Value)
{
    public static FlowId Parse(string text) => new(IdText.Require(text, "flow id"));
    public static bool TryParse([NotNullWhen(true)] string? text, out FlowId result) { result = new(text ?? ""); return IdText.IsValid(text); }
    public override string ToString() => Value;
}

/// <summary>One execution for a flow or a project.</summary>
public readonly record struct RunId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>
/// The statement "this left record is that right record". The link of what lives inside a project, with an id of its own, begins with the
/// project's: those of a project stand together, and each tells whose it is.
/// </summary>
public readonly record struct LinkId(string Value)
{
    /// <summary>No id of ours has it.</summary>
    public const char Separator = '.';

    public static LinkId Inside(LinkId project, string own) => new($"{project.Value}{Separator}{own}");

    /// <summary>The project's link; the link itself where it is inside none.</summary>
    [JsonIgnore]
    public LinkId Project => Value.IndexOf(Separator, StringComparison.Ordinal) is > 0 and var at ? new(Value[..at]) : this;

    public override string ToString() => Value;
}

/// <summary>A flow as every store and message names it: the tenant always comes along.</summary>
public readonly record struct FlowKey(TenantId Tenant, FlowId Flow)
{
    public override string ToString() => $"{Tenant}/{Flow}";
}

/// <summary>Ids of ours: 1 to 64 characters of <c>a-z 0-9 -</c>, so that they need no escaping in keys, paths and file names.</summary>
public static class IdText
{
    public const int MaxLength = 64;

    public static bool IsValid([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= MaxLength } && text[0] != '-' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    internal static string Require(string text, string what) =>
        IsValid(text) ? text : throw new FormatException($"A {what} has 1 to {MaxLength} characters of a-z, 0-9 and '-'.");
}

/// <summary>One of the two sides of a flow. A value, never two copies of the code.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Side>))]
public enum Side
{
    Left,
    Right,
}

public static class Sides
{
    public static readonly IReadOnlyList<Side> Both = [Side.Left, Side.Right];

    public static Side Other(this Side side) => side == Side.Left ? Side.Right : Side.Left;
}
