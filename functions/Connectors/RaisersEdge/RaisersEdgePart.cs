namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>What a constituent has rows of, one of which is the primary one.</summary>
/// <param name="Name">The object inside the constituent.</param>
/// <param name="Path">Where rows are made and changed, and where those of all constituents are listed.</param>
/// <param name="Primary">The flag of the primary row.</param>
/// <param name="TypeSetting">The setting with the type of a new row.</param>
/// <param name="Value">Without it there is no such row.</param>
internal sealed record RaisersEdgePart(string Name, string Path, string Primary, string TypeSetting, string Value)
{
    public static readonly RaisersEdgePart Email = new("email", "emailaddresses", "primary", "emailType", "address");
    public static readonly RaisersEdgePart Phone = new("phone", "phones", "primary", "phoneType", "number");
    public static readonly RaisersEdgePart Address = new("address", "addresses", "preferred", "addressType", "address_lines");

    public static readonly RaisersEdgePart[] All = [Email, Phone, Address];
}
