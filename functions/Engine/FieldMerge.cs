using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>
/// Brings two records that are the same into agreement, field by field. With base s and values a, b: only one differs from its
/// base: copy it; both differ and are equal: adopt; both differ and differ from each other: conflict.
/// </summary>
internal sealed class FieldMerge(KindMap kind, FlowSettings settings, PlanItem item, Link? link, DateTimeOffset now)
{
    private readonly Record _left = item.RecordOn(Side.Left) ?? new Record(link!.LeftId!, FieldSet.Empty);
    private readonly Record _right = item.RecordOn(Side.Right) ?? new Record(link!.RightId!, FieldSet.Empty);
    private readonly Bases _bases = link?.Bases ?? Bases.None;
    private readonly ImmutableArray<SyncAction>.Builder _notes = ImmutableArray.CreateBuilder<SyncAction>();
    private readonly Dictionary<Side, Outgoing> _outgoing = new() { [Side.Left] = new Outgoing(), [Side.Right] = new Outgoing() };
    private readonly Dictionary<Side, FieldSet> _held = new() { [Side.Left] = FieldSet.Empty, [Side.Right] = FieldSet.Empty };
    private readonly Dictionary<Side, FieldSet> _dropped = new() { [Side.Left] = FieldSet.Empty, [Side.Right] = FieldSet.Empty };
    private FieldSet _adoptLeft = FieldSet.Empty;
    private FieldSet _adoptRight = FieldSet.Empty;
    private Side? _changedBy;

    public ImmutableArray<SyncAction> RunAfterJoin(string reason) => [new SyncAction.Join(_left.Id, _right.Id, reason), .. Run()];

    public ImmutableArray<SyncAction> Run()
    {
        foreach (var field in kind.Fields)
        {
            if (settings.DirectionOf(kind, field) is var direction and not Direction.Off) Merge(field, direction);
        }

        // A change that waits does so until the lock ends, with what this very plan adds to it.
        var extended = link is not null && _changedBy is { } source ? LoopLock.After(link.Lock, source, RecordOf(source).Modified ?? now, settings.LockWindow, now) : link?.Lock;
        var actions = ImmutableArray.CreateBuilder<SyncAction>();
        if (!_adoptLeft.IsEmpty || !_adoptRight.IsEmpty) actions.Add(new SyncAction.Adopt(_adoptLeft, _adoptRight));
        foreach (var side in Sides.Both)
        {
            var outgoing = _outgoing[side];
            if (!outgoing.Fields.IsEmpty) actions.Add(new SyncAction.Write(side, outgoing.Fields, outgoing.Before, outgoing.SourceValues));
            if (!_held[side].IsEmpty) actions.Add(new SyncAction.Hold(side, _held[side], extended!.Until));
            if (!_dropped[side].IsEmpty) actions.Add(new SyncAction.Discard(side, _dropped[side]));
        }

        actions.AddRange(_notes);
        if (extended is not null && extended != link?.Lock) actions.Add(new SyncAction.Lock(extended));
        return actions.ToImmutable();
    }

    private void Merge(FieldMap field, Direction direction)
    {
        // What a vendor does not mention is as it was.
        var (seenLeft, seenRight) = (_left.Fields.Find(field.Name), _right.Fields.Find(field.Name));
        var (baseLeft, baseRight) = (_bases.Left.Find(field.Name), _bases.Right.Find(field.Name));
        var left = seenLeft ?? baseLeft ?? FieldValue.None;
        var right = seenRight ?? baseRight ?? FieldValue.None;
        if (baseLeft is null || baseRight is null)
        {
            MergeFirstSight(field, direction, left, right);
            return;
        }

        var leftChanged = seenLeft is not null && !FieldMap.SameAsBase(left, baseLeft);
        var rightChanged = seenRight is not null && !FieldMap.SameAsBase(right, baseRight);
        switch (leftChanged, rightChanged)
        {
            case (false, false):
                break;
            case (true, false):
                Flow(field, direction, Side.Left, left, right);
                break;
            case (false, true):
                Flow(field, direction, Side.Right, right, left);
                break;
            case (true, true) when field.Agree(left, right):
                Adopt(field, left, right);
                break;
            case (true, true) when left is FieldValue.Set a && right is FieldValue.Set b && direction == Direction.Both:
                MergeSets(field, a, b, baseLeft as FieldValue.Set, baseRight as FieldValue.Set);
                break;
            case (true, true):
                Resolve(field, direction, left, right);
                break;
        }
    }

    /// <summary>The two never agreed on this field: there is no base to tell who changed it, and a blank never wins.</summary>
    private void MergeFirstSight(FieldMap field, Direction direction, FieldValue left, FieldValue right)
    {
        if (field.Agree(left, right))
        {
            // Blank on both sides is an agreement too: whoever fills it in later has changed it.
            if (IsMentioned(field)) Adopt(field, left, right);
            return;
        }

        var preferred = item.Preferred ?? link?.CreatedFrom ?? kind.Master;
        var owner = FlowSettings.Allows(direction, preferred) ? preferred : preferred.Other();
        var ownersValue = owner == Side.Left ? left : right;
        var source = ownersValue.IsBlank ? owner.Other() : owner;
        var (value, other) = source == Side.Left ? (left, right) : (right, left);
        if (!FlowSettings.AllowsAtCreation(direction, source))
        {
            Adopt(field, left, right);
            return;
        }

        // A value that is written over, though its side might have won, is kept for people.
        if (!other.IsBlank && FlowSettings.Allows(direction, source.Other()) && field.End(source.Other()).CanWrite) _notes.Add(new SyncAction.Conflict(field.Name, source, left, right));
        Send(field, source, value, other, isChange: false);
    }

    /// <summary>A change of <paramref name="source"/> alone.</summary>
    private void Flow(FieldMap field, Direction direction, Side source, FieldValue value, FieldValue other)
    {
        if (!FlowSettings.Allows(direction, source))
        {
            // Edited where it is not owned: put back what the owner has, or let it be.
            if (settings.UnownedEdits == UnownedEdit.PutBack && CanWin(field, direction, source.Other(), other) && field.End(source).CanWrite)
            {
                Send(field, source.Other(), other, value, isChange: false);
            }
            else
            {
                AdoptOn(source, field, value);
                _notes.Add(new SyncAction.Skip(source, SkipReason.NotOwned, $"{field.Name} belongs to the other side."));
            }
        }
        else if (RecordOf(source).LockedBy is { } status)
        {
            // The change stays, and flows as soon as the status is no longer locked.
            _notes.Add(new SyncAction.Skip(source, SkipReason.StatusLocked, $"{field.Name}: the status {status} is locked."));
        }
        else if (link?.Lock?.Holds(source, now) == true)
        {
            _held[source] = _held[source].With(field.Name, value);
        }
        else if (item.WasHeld && settings.OnLockEnd == LockEnd.Discard && link?.Lock?.Source == source.Other())
        {
            _dropped[source] = _dropped[source].With(field.Name, value);
            AdoptOn(source, field, value);
        }
        else if (value.IsBlank && field.Blank == BlankPolicy.Keep)
        {
            AdoptOn(source, field, value);
        }
        else
        {
            Send(field, source, value, other, isChange: true);
        }
    }

    /// <summary>Both sides changed it, and to different values.</summary>
    private void Resolve(FieldMap field, Direction direction, FieldValue left, FieldValue right)
    {
        var (leftWins, rightWins) = (CanWin(field, direction, Side.Left, left), CanWin(field, direction, Side.Right, right));
        var preferred = link?.Lock is { } locked && now < locked.Until ? locked.Source : kind.Master;
        var winner = leftWins == rightWins ? preferred : leftWins ? Side.Left : Side.Right;

        // While the winner has to wait nothing is decided yet.
        if (link?.Lock?.Holds(winner, now) != true) _notes.Add(new SyncAction.Conflict(field.Name, winner, left, right));
        if (leftWins || rightWins)
        {
            Flow(field, direction, winner, winner == Side.Left ? left : right, winner == Side.Left ? right : left);
            return;
        }

        // Neither value may go over: each stays where it is.
        Flow(field, direction, Side.Left, left, right);
        Flow(field, direction, Side.Right, right, left);
    }

    /// <summary>Whether a side's value may take the other's place at all.</summary>
    private bool CanWin(FieldMap field, Direction direction, Side side, FieldValue value) =>
        FlowSettings.Allows(direction, side) && RecordOf(side).LockedBy is null && !(field.Blank == BlankPolicy.Keep && value.IsBlank);

    private void MergeSets(FieldMap field, FieldValue.Set left, FieldValue.Set right, FieldValue.Set? baseLeft, FieldValue.Set? baseRight)
    {
        var removed = (baseLeft?.Items ?? []).Except(left.Items).Union((baseRight?.Items ?? []).Except(right.Items));
        var added = left.Items.Except(baseLeft?.Items ?? []).Union(right.Items.Except(baseRight?.Items ?? []));
        var merged = new FieldValue.Set(left.Items.Union(right.Items).Except(removed).Union(added));
        if (!field.Agree(merged, right)) Put(field, Side.Right, merged, right, sourceValue: merged.Equals(left) ? left : null);
        else AdoptOn(Side.Right, field, right);
        if (!field.Agree(merged, left)) Put(field, Side.Left, merged, left, sourceValue: merged.Equals(right) ? right : null);
        else AdoptOn(Side.Left, field, left);
    }

    /// <summary>Makes <paramref name="source"/>'s value the other side's, unless the other side cannot hold it.</summary>
    private void Send(FieldMap field, Side source, FieldValue value, FieldValue other, bool isChange)
    {
        var target = source.Other();
        if (field.Agree(value, other) || !field.End(target).CanWrite)
        {
            AdoptOn(source, field, value);
            AdoptOn(target, field, other);
        }
        else if (value is FieldValue.Reference reference)
        {
            _notes.Add(new SyncAction.Park(source, field.Name, field.References!, reference.RecordId));
        }
        else if (!settings.CanTranslate(field, target, value))
        {
            _notes.Add(new SyncAction.Skip(source, SkipReason.ValueUnmapped, $"{field.Name} {value} has no counterpart."));
        }
        else
        {
            Put(field, target, value, other, value);
            if (isChange) _changedBy = source;
        }
    }

    private void Put(FieldMap field, Side target, FieldValue value, FieldValue before, FieldValue? sourceValue)
    {
        var outgoing = _outgoing[target];
        outgoing.Fields = outgoing.Fields.With(field.Name, field.End(target).Shape(value));
        outgoing.Before = outgoing.Before.With(field.Name, before);
        if (sourceValue is not null) outgoing.SourceValues = outgoing.SourceValues.With(field.Name, sourceValue);
    }

    private void Adopt(FieldMap field, FieldValue left, FieldValue right)
    {
        AdoptOn(Side.Left, field, left);
        AdoptOn(Side.Right, field, right);
    }

    private void AdoptOn(Side side, FieldMap field, FieldValue value)
    {
        if (side == Side.Left) _adoptLeft = _adoptLeft.With(field.Name, value);
        else _adoptRight = _adoptRight.With(field.Name, value);
    }

    private bool IsMentioned(FieldMap field) => _left.Fields.ContainsKey(field.Name) || _right.Fields.ContainsKey(field.Name);

    private Record RecordOf(Side side) => side == Side.Left ? _left : _right;

    private sealed class Outgoing
    {
        public FieldSet Fields { get; set; } = FieldSet.Empty;
        public FieldSet Before { get; set; } = FieldSet.Empty;
        public FieldSet SourceValues { get; set; } = FieldSet.Empty;
    }
}
