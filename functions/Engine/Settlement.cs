namespace SyncFunctions.Engine;

/// <summary>What a link remembers after its plan was applied.</summary>
public static class Settlement
{
    /// <summary>
    /// After a write only the fields we sent take a new base; every other base is what the planner read before. Where the target
    /// gives back something else than the normal form of what was sent, somebody or something changed it: that is a new change of
    /// the target, so the base is what we sent and the record is to be planned again. Where the target has no say in the field, what it
    /// makes of the value stays: put back it would be made the same again.
    /// </summary>
    /// <param name="readBack">The target as it is after the write, in canonical form.</param>
    /// <param name="planAgain">Whether the read-back holds a change that is not ours.</param>
    public static Bases AfterWrite(KindMap kind, FlowSettings settings, Bases bases, Side target, FieldSet sent, FieldSet sourceValues, Record readBack, out bool planAgain)
    {
        planAgain = false;
        var settled = FieldSet.Empty;
        foreach (var (name, value) in sent)
        {
            var actual = readBack.Fields.Find(name) ?? value;
            var field = kind.Field(name);
            var ours = field.Agree(value, actual) || !FlowSettings.Allows(settings.DirectionOf(kind, field), target);
            planAgain |= !ours;
            settled = settled.With(name, HalfOfASet(name, value, sourceValues) ?? (ours ? actual : value));
        }

        // What was not sent because it is blank is agreed on where the target has nothing either.
        foreach (var (name, value) in sourceValues)
        {
            if (!sent.ContainsKey(name) && value.IsBlank && readBack.Fields.Find(name) is null or { IsBlank: true }) settled = settled.With(name, FieldValue.None);
        }

        return bases.With(target, settled).With(target.Other(), sourceValues);
    }

    /// <summary>
    /// A target that was sent more than the source has got the whole of a merged set. What the source is still to get has to differ from the
    /// target's base, so this is what the source has. Null for everything else.
    /// </summary>
    private static FieldValue? HalfOfASet(string name, FieldValue sent, FieldSet sourceValues) =>
        sent is FieldValue.Set && sourceValues.Find(name) is { } value && !sent.Equals(value.AsSet()) ? value : null;

    /// <summary>After an adoption both sides' values become their bases.</summary>
    public static Bases AfterAdopting(Bases bases, SyncAction.Adopt adopt) => bases.With(Side.Left, adopt.Left).With(Side.Right, adopt.Right);

    /// <summary>Whether a record of the target holds everything that an intent sent, or its normal form: then the write was applied.</summary>
    public static bool Holds(KindMap kind, Intent intent, Record target) =>
        intent.Sent.All(field =>
            target.Fields.Find(field.Key) is { } actual
                ? FieldMap.SameAsBase(actual, field.Value) || (field.Value is not FieldValue.Digest && kind.Field(field.Key).Agree(actual, field.Value))
                : field.Value.IsBlank);

    /// <summary>
    /// Whether a record that appeared since may be what a create made: it holds all that was sent, or it is what an exact rule would match
    /// with it. Vendors reformat in ways that nobody has told us; they clear references to what is deleted, and turn them to what it was merged into.
    /// </summary>
    public static bool MayBe(KindMap kind, Intent intent, Record appeared)
    {
        var references = intent.Sent.Keys.Where(name => kind.Field(name).Type == FieldType.Reference).ToList();
        var rest = FieldSet.From(intent.Sent.Where(field => !references.Contains(field.Key)));
        var telling = rest.Count(field => field.Key != KindMap.Lifecycle && !field.Value.IsBlank);
        var isCleared = references.TrueForAll(name => appeared.Fields.Find(name) is null or { IsBlank: true });
        return Holds(kind, intent, appeared) ||
            (telling >= (isCleared ? 1 : 2) && Holds(kind, intent with { Sent = rest }, appeared)) ||
            !Matching.Find(kind, new Record("", intent.Sent), [appeared], out _).IsEmpty;
    }
}
