using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Pairs;

/// <summary>What the pairs of charities have in common: an audience of Mailchimp, and donors and gifts of iRaiser.</summary>
internal static class People
{
    /// <summary>After a change on one side the other side's changes of the person are held for an hour, since lists of changes may lag by half of it.</summary>
    public static readonly FlowSettings Held = new()
    {
        LockWindow = TimeSpan.FromHours(1),
        SweepEvery = TimeSpan.FromDays(1),

        // A marketer who archives a member, or changes an id, in the audience is not fought.
        UnownedEdits = UnownedEdit.Leave,
    };

    /// <summary>Money is booked once: what a donor did stays, and staff may add to it.</summary>
    public static readonly FlowSettings Received = new()
    {
        Direction = Direction.LeftToRight,
        SweepEvery = TimeSpan.FromDays(1),
        UnownedEdits = UnownedEdit.Leave,
        Kinds = ImmutableSortedDictionary<string, KindSettings>.Empty
            .Add("gift", new KindSettings { Filters = [new RecordFilter(Side.Left, "status", ["paid"], Blocks: Blocks.Outgoing)] })
            .Add("purchase", new KindSettings { Filters = [new RecordFilter(Side.Left, "status", ["paid"], Blocks: Blocks.Outgoing)] }),
    };

    /// <summary>Mailchimp's word for whether it may write to a member. Who is pending has asked, and only has to confirm it.</summary>
    public static FieldMap Consent(FieldEnd crm) => new("consent", crm, new("status") { Read = FromStatus, Write = ToStatus }) { IsConsent = true };

    /// <summary>A flag that says that a person is not to be written to.</summary>
    public static FieldEnd DoNotEmail(string name, params ImmutableArray<string> or) => new(name) { Or = or, Read = FromFlag, Write = ToFlag };

    /// <summary>An inactive person's member is archived; an archived member says nothing about the person.</summary>
    public static FieldMap Archived(FieldEnd crm) => new(
        KindMap.Lifecycle,
        crm,
        new("archived") { Read = value => value is FieldValue.Flag { Value: true } ? KindMap.Archived : KindMap.Active, Write = value => new FieldValue.Flag(value == KindMap.Archived) }) { Direction = Direction.LeftToRight };

    public static FieldEnd Merge(string tag) => new($"merge_fields.{tag}") { MaxLength = 255 };

    public static FieldEnd MergeAddress(string part) => Merge($"ADDRESS.{part}");

    public static FieldEnd Constant(string value) => new(null) { Constant = new FieldValue.Text(value) };

    private static FieldValue FromStatus(FieldValue status) => status.ToString() switch
    {
        "subscribed" or "pending" => Engine.Consent.Given,
        "unsubscribed" or "cleaned" or "transactional" => Engine.Consent.Refused,

        // Archived: what the person wants is not shown.
        _ => FieldValue.None,
    };

    private static FieldValue ToStatus(FieldValue consent) => new FieldValue.Text(consent == Engine.Consent.Refused ? "unsubscribed" : "subscribed");

    private static FieldValue FromFlag(FieldValue value) => value is FieldValue.Flag { Value: var isSet } ? (isSet ? Engine.Consent.Refused : Engine.Consent.Given) : FieldValue.None;

    private static FieldValue ToFlag(FieldValue consent) => new FieldValue.Flag(consent == Engine.Consent.Refused);
}
