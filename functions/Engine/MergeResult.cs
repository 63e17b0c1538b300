namespace SyncFunctions.Engine;

/// <summary>What a merge gathers, field by field, on its way to actions.</summary>
internal sealed class MergeResult
{
    private readonly List<SyncAction> _notes = [];
    private readonly Dictionary<Side, OfSide> _sides = new() { [Side.Left] = new OfSide(), [Side.Right] = new OfSide() };

    /// <summary>The side whose change is sent: the source of a new loop lock.</summary>
    public Side? ChangedBy { get; set; }

    /// <summary>The side that won a conflict, and so comes before others: the plan's other half would decide it anew under another's lock.</summary>
    public Side? WonBy { get; set; }

    public void Note(SyncAction action) => _notes.Add(action);

    /// <summary>The target is to have this value, in the shape that it can hold.</summary>
    public void Put(FieldMap field, Side target, FieldValue value, FieldValue before, FieldValue? sourceValue)
    {
        var side = _sides[target];
        side.Sent = side.Sent.With(field.Name, field.End(target).Shape(value));
        side.Before = side.Before.With(field.Name, before);
        if (sourceValue is not null) side.SourceValues = side.SourceValues.With(field.Name, sourceValue);
    }

    /// <summary>The target is to have this value, which is not the source's: the two differ from then on.</summary>
    public void Bring(FieldMap field, Side target, FieldValue value, FieldValue before, FieldValue sourceValue)
    {
        Put(field, target, value, before, sourceValue: null);
        AdoptOn(target.Other(), field, sourceValue);
    }

    public void Adopt(FieldMap field, FieldValue left, FieldValue right)
    {
        AdoptOn(Side.Left, field, left);
        AdoptOn(Side.Right, field, right);
    }

    public void AdoptOn(Side side, FieldMap field, FieldValue value) => _sides[side].Adopted = _sides[side].Adopted.With(field.Name, value);

    public void Hold(Side source, FieldMap field, FieldValue value) => _sides[source].Held = _sides[source].Held.With(field.Name, value);

    public void Drop(Side source, FieldMap field, FieldValue value)
    {
        _sides[source].Dropped = _sides[source].Dropped.With(field.Name, value);
        AdoptOn(source, field, value);
    }

    public IEnumerable<SyncAction> ToActions(LoopLock? before, LoopLock? locked, DateTimeOffset heldAtMost)
    {
        var (left, right) = (_sides[Side.Left].Adopted, _sides[Side.Right].Adopted);
        if (!left.IsEmpty || !right.IsEmpty) yield return new SyncAction.Adopt(left, right);
        foreach (var side in Sides.Both)
        {
            var found = _sides[side];
            if (!found.Sent.IsEmpty) yield return new SyncAction.Write(side, found.Sent, found.Before, found.SourceValues);
            if (!found.Held.IsEmpty) yield return new SyncAction.Hold(side, found.Held, locked!.Until < heldAtMost ? locked.Until : heldAtMost);
            if (!found.Dropped.IsEmpty) yield return new SyncAction.Discard(side, found.Dropped);
        }

        foreach (var note in _notes) yield return note;
        if (locked is not null && locked != before) yield return new SyncAction.Lock(locked);
    }

    private sealed class OfSide
    {
        public FieldSet Sent { get; set; } = FieldSet.Empty;

        public FieldSet Before { get; set; } = FieldSet.Empty;

        public FieldSet SourceValues { get; set; } = FieldSet.Empty;

        public FieldSet Adopted { get; set; } = FieldSet.Empty;

        public FieldSet Held { get; set; } = FieldSet.Empty;

        public FieldSet Dropped { get; set; } = FieldSet.Empty;
    }
}
