namespace SyncFunctions.Engine;

/// <summary>
/// Whether a person may be written to, in canonical form. A refusal goes over at once, whatever lock, master or policy says, and nothing but
/// a refusal is ever written to a record that exists: who has unsubscribed is subscribed again by nobody but that person.
/// </summary>
public static class Consent
{
    public static readonly FieldValue Given = new FieldValue.Text("given");
    public static readonly FieldValue Refused = new FieldValue.Text("refused");

    /// <summary>Whether an existing record's field may be given this value at all.</summary>
    public static bool MayWrite(FieldMap field, FieldValue value) => !field.IsConsent || value == Refused;

    /// <summary>Whether either side had refused when the two last agreed.</summary>
    internal static bool WasRefused(FieldMap field, Bases bases) => Sides.Both.Any(side => bases[side].Find(field.Name) == Refused);

    /// <summary>What has to be remembered of a link whose record is made anew.</summary>
    public static Bases Of(KindMap kind, Bases bases) => kind.Fields.Where(field => field.IsConsent && WasRefused(field, bases)).Aggregate(
        Bases.None,
        (kept, field) => Sides.Both.Aggregate(kept, (all, side) => bases[side].Find(field.Name) is { } value ? all.With(side, FieldSet.Of((field.Name, value))) : all));
}
