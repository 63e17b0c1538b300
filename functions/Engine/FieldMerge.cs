namespace SyncFunctions.Engine;

/// <summary>
/// Brings two records that are the same into agreement, field by field. With base s and values a, b: only one differs from its
/// base: copy it; both differ and are equal: adopt; both differ and differ from each other: conflict.
/// </summary>
internal sealed class FieldMerge(Planning plan, Record? seenLeft, Record? seenRight)
{
    /// <summary>A field that only the held side touched does not wait longer, however often the lock is extended.</summary>
    internal static readonly TimeSpan LongestHold = TimeSpan.FromHours(24);

    private readonly FlowSettings _settings = plan.Settings;
    private readonly Link? _link = plan.Item.Link;
    private readonly Bases _bases = plan.Item.Link?.Bases ?? Bases.None;
    private readonly Record _left = seenLeft ?? new Record(plan.Item.Link!.LeftId!, FieldSet.Empty);
    private readonly Record _right = seenRight ?? new Record(plan.Item.Link!.RightId!, FieldSet.Empty);
    private readonly MergeResult _result = new();

    public IEnumerable<SyncAction> Run()
    {
        foreach (var field in plan.Kind.Fields)
        {
            if (_settings.DirectionOf(plan.Kind, field) is var direction and not Direction.Off) Merge(field, direction);
        }

        // A change that waits does so until the lock ends, with what this very plan adds to it.
        var locked = _link is not null && _result.ChangedBy is { } source
            ? LoopLock.After(_link.Lock, source, RecordOf(source).Modified ?? plan.Now, _settings.LockWindow, plan.Now)
            : _link?.Lock;
        return _result.ToActions(_link?.Lock, locked, (plan.Item.HeldSince ?? plan.Now) + LongestHold);
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

            // One side has a merged set already, the other is still to get it: its own part must not be taken for the whole.
            case (true, false) or (false, true) when IsMergedSet(field, direction) && !field.Agree(baseLeft, baseRight):
                MergeSets(field, SetOf(left), SetOf(right), rightChanged ? SetOf(baseRight) : null, SetOf(baseLeft));
                break;
            case (true, false):
                Flow(field, direction, Side.Left, left, right);
                break;
            case (false, true):
                Flow(field, direction, Side.Right, right, left);
                break;
            case (true, true) when field.Agree(left, right):
                _result.Adopt(field, left, right);
                break;
            case (true, true) when IsMergedSet(field, direction):
                MergeSets(field, SetOf(left), SetOf(right), SetOf(baseRight), SetOf(baseLeft));
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
            if (IsMentioned(field)) _result.Adopt(field, left, right);
            return;
        }

        var preferred = plan.Item.Preferred ?? (_link?.Lock is { } locked && plan.Now < locked.Until ? locked.Source : _link?.CreatedFrom) ?? _settings.MasterOf(plan.Kind);
        var owner = FlowSettings.Allows(direction, preferred) ? preferred : preferred.Other();
        var ownersValue = owner == Side.Left ? left : right;
        var source = ownersValue.IsBlank ? owner.Other() : owner;
        var (value, other) = source == Side.Left ? (left, right) : (right, left);
        if (!FlowSettings.AllowsAtCreation(direction, source))
        {
            _result.Adopt(field, left, right);
        }
        else if (BlockFrom(source) is { } block)
        {
            _result.Note(new SyncAction.Skip(source, block.Reason, $"{field.Name}: {block.Why}"));
        }
        else
        {
            // A value that is written over, though its side might have won, is kept for people.
            if (!other.IsBlank && FlowSettings.Allows(direction, source.Other()) && field.End(source.Other()).CanWrite) _result.Note(new SyncAction.Conflict(field.Name, source, left, right));
            Send(field, source, value, other, isChange: false);
        }
    }

    /// <summary>A change of <paramref name="source"/> alone.</summary>
    private void Flow(FieldMap field, Direction direction, Side source, FieldValue value, FieldValue other)
    {
        var owned = FlowSettings.Allows(direction, source);
        if (!owned && _settings.UnownedEdits == UnownedEdit.Leave)
        {
            LetBe(field, source, value);
        }
        else if (BlockFrom(owned ? source : source.Other()) is { } block)
        {
            // The change stays, and flows as soon as the status is no longer locked, or the record is inside the filter again.
            _result.Note(new SyncAction.Skip(source, block.Reason, $"{field.Name}: {block.Why}"));
        }
        else if (!owned)
        {
            // Edited where it is not owned: what the owner has is put back.
            if (CanWin(field, direction, source.Other(), other) && field.End(source).CanWrite) Send(field, source.Other(), other, value, isChange: false);
            else LetBe(field, source, value);
        }
        else if (IsHeld(source))
        {
            _result.Hold(source, field, value);
        }
        else if (plan.Item.HeldSince is not null && _settings.OnLockEnd == LockEnd.Discard && _link?.Lock?.Source == source.Other())
        {
            _result.Drop(source, field, value);
        }
        else if (value.IsBlank && _settings.BlankOf(plan.Kind, field) == BlankPolicy.Keep)
        {
            _result.AdoptOn(source, field, value);
        }
        else
        {
            Send(field, source, value, other, isChange: true);
        }
    }

    /// <summary>An edit that goes nowhere: the two differ from now on.</summary>
    private void LetBe(FieldMap field, Side source, FieldValue value)
    {
        _result.AdoptOn(source, field, value);
        _result.Note(new SyncAction.Skip(source, SkipReason.NotOwned, $"{field.Name} belongs to the other side."));
    }

    /// <summary>Both sides changed it, and to different values.</summary>
    private void Resolve(FieldMap field, Direction direction, FieldValue left, FieldValue right)
    {
        var (leftWins, rightWins) = (CanWin(field, direction, Side.Left, left), CanWin(field, direction, Side.Right, right));
        var winner = leftWins == rightWins ? Preferred() : leftWins ? Side.Left : Side.Right;

        // While the winner has to wait nothing is decided yet.
        if (!IsHeld(winner) && (leftWins || rightWins || (BlockFrom(Side.Left) ?? BlockFrom(Side.Right)) is null)) _result.Note(new SyncAction.Conflict(field.Name, winner, left, right));
        if (leftWins || rightWins)
        {
            Flow(field, direction, winner, winner == Side.Left ? left : right, winner == Side.Left ? right : left);
            return;
        }

        // Neither value may go over: each stays where it is.
        Flow(field, direction, Side.Left, left, right);
        Flow(field, direction, Side.Right, right, left);
    }

    /// <summary>The winner of a conflict: the lock's source, else the newest where that is wanted and certain, else the master.</summary>
    private Side Preferred()
    {
        if (_link?.Lock is { } locked && plan.Now < locked.Until) return locked.Source;
        return plan.Choices.NewestWins && plan.Item.Clocks.Later(_left, _right) is { } newest ? newest : _settings.MasterOf(plan.Kind);
    }

    /// <summary>Whether a side's value may take the other's place at all.</summary>
    private bool CanWin(FieldMap field, Direction direction, Side side, FieldValue value) =>
        FlowSettings.Allows(direction, side) && BlockFrom(side) is null && !(_settings.BlankOf(plan.Kind, field) == BlankPolicy.Keep && value.IsBlank);

    private static bool IsMergedSet(FieldMap field, Direction direction) => field.Type == FieldType.Set && direction == Direction.Both;

    private static FieldValue.Set SetOf(FieldValue value) => value as FieldValue.Set ?? new FieldValue.Set();

    /// <summary>What right added and took out is done to left's set; to right's what left did, where right has not moved since it got a merged one.</summary>
    private void MergeSets(FieldMap field, FieldValue.Set left, FieldValue.Set right, FieldValue.Set? baseRight, FieldValue.Set baseLeft)
    {
        if ((BlockFrom(Side.Left) ?? BlockFrom(Side.Right)) is { } block)
        {
            _result.Note(new SyncAction.Skip(BlockFrom(Side.Left) is null ? Side.Right : Side.Left, block.Reason, $"{field.Name}: {block.Why}"));
            return;
        }

        // The elements of both go together: where one side has to wait, both do.
        if (Sides.Both.Where(IsHeld).ToList() is [var held])
        {
            _result.Hold(held, field, held == Side.Left ? left : right);
            return;
        }

        var (onto, from, before) = baseRight is not null ? (left, right, baseRight) : (right, left, baseLeft);
        var merged = new FieldValue.Set(onto.Items.Union(from.Items.Except(before.Items)).Except(before.Items.Except(from.Items)));
        // First to the side that did not change: the other one still differs from its base then, and is seen to lack the rest.
        if (baseRight is null) _result.First = Side.Right;
        if (!field.Agree(merged, right)) _result.Put(field, Side.Right, merged, right, sourceValue: merged.Equals(left) ? left : null);
        else _result.AdoptOn(Side.Right, field, right);
        if (!field.Agree(merged, left)) _result.Put(field, Side.Left, merged, left, sourceValue: merged.Equals(right) ? right : null);
        else _result.AdoptOn(Side.Left, field, left);
    }

    /// <summary>Makes <paramref name="source"/>'s value the other side's, unless the other side cannot hold it.</summary>
    private void Send(FieldMap field, Side source, FieldValue value, FieldValue other, bool isChange)
    {
        var target = source.Other();
        if (field.Agree(value, other) || !field.End(target).CanWrite)
        {
            _result.AdoptOn(source, field, value);
            _result.AdoptOn(target, field, other);
        }
        else if (value is FieldValue.Reference reference)
        {
            _result.Note(Creation.Await(source, field, reference, RecordOf(source)));
        }
        else if (!_settings.CanTranslate(field, target, value))
        {
            _result.Note(new SyncAction.Skip(source, SkipReason.ValueUnmapped, $"{field.Name} {value} has no counterpart."));
        }
        else
        {
            _result.Put(field, target, value, other, value);
            if (isChange) _result.ChangedBy = source;
        }
    }

    private bool IsHeld(Side source) => _link?.Lock?.Holds(source, plan.Now) == true && !(plan.Item.HeldSince is { } since && plan.Now - since >= LongestHold);

    /// <summary>What keeps values of <paramref name="source"/> from the other side: a locked status, or a filter of either.</summary>
    private Block? BlockFrom(Side source) =>
        RecordOf(source) is var record && record.IsBlocked(Blocks.Outgoing) ? record.Block
        : RecordOf(source.Other()) is var other && other.IsBlocked(Blocks.Incoming) ? other.Block
        : null;

    private bool IsMentioned(FieldMap field) => _left.Fields.ContainsKey(field.Name) || _right.Fields.ContainsKey(field.Name);

    private Record RecordOf(Side side) => side == Side.Left ? _left : _right;
}
