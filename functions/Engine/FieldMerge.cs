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
        var locked = _link is not null && (_result.WonBy ?? _result.ChangedBy) is { } source
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
        if (field.IsConsent)
        {
            MergeConsent(field, direction, left, right);
            return;
        }

        if (field.Event is not null)
        {
            foreach (var side in Sides.Both) Watch(field, direction, side);
            return;
        }

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

            // One way only, and set by its source at first: since then the target's own, which goes nowhere.
            case var _ when !Sides.Both.Any(side => Allows(direction, side)):
                _result.Adopt(field, left, right);
                break;

            case (true, true) when field.Agree(left, right):
            case (true, false) or (false, true) when IsMergedSet(field, direction) && field.Agree(left, right):
                _result.Adopt(field, left, right);
                break;

            // They did not agree before: what one side alone has goes over with what has changed since.
            case (true, false) or (false, true) when IsMergedSet(field, direction) && !field.Agree(baseLeft, baseRight):
                MergeSets(field, left, right);
                break;
            case (true, false):
                Flow(field, direction, Side.Left, left, right);
                break;
            case (false, true):
                Flow(field, direction, Side.Right, right, left);
                break;
            case (true, true) when IsMergedSet(field, direction):
                MergeSets(field, left, right);
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

        // Nothing was taken out as far as anyone knows, so each side gets what the other has.
        if (IsMergedSet(field, direction) && !left.IsBlank && !right.IsBlank)
        {
            MergeSets(field, left, right);
            return;
        }

        var preferred = plan.Item.Preferred ?? (_link?.Lock is { } locked && plan.Now < locked.Until ? locked.Source : _link?.CreatedFrom) ?? _settings.MasterOf(plan.Kind);
        var owner = FlowSettings.Allows(direction, preferred) ? preferred : preferred.Other();
        var (ownersValue, othersValue) = owner == Side.Left ? (left, right) : (right, left);
        var source = ownersValue.IsBlank || (!othersValue.IsBlank && HasNoStatus(field, owner.Other(), ownersValue)) ? owner.Other() : owner;
        var (value, other) = source == Side.Left ? (left, right) : (right, left);
        if (!FlowSettings.AllowsAtCreation(direction, source) || !FlowSettings.Allows(_settings.Direction, source))
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
            if (!other.IsBlank && FlowSettings.Allows(direction, source.Other()) && field.End(source.Other()).CanWrite && Arrives(field, source, value)) _result.Note(new SyncAction.Conflict(field.Name, source, left, right, ConflictRule.FirstMeeting));

            // Where the two have agreed on others already somebody gave it a value since, unless it only waited for the record that it refers to, or is the id of a record that the app has made.
            var isChange = !(_bases.Left.IsEmpty && _bases.Right.IsEmpty) && field.Type != FieldType.Reference && !field.End(source).IsId;
            if (isChange && IsHeld(source)) _result.Hold(source, field, value);
            else Send(field, source, value, other, isChange);
        }
    }

    /// <summary>A refusal goes over as soon as it is seen; the two otherwise keep what they have. It waits for no lock, and sets one, as any change does, where none would have held it.</summary>
    private void MergeConsent(FieldMap field, Direction direction, FieldValue left, FieldValue right)
    {
        var refusing = left == Consent.Refused ? Side.Left : Side.Right;
        var (value, other) = refusing == Side.Left ? (left, right) : (right, left);
        var isRefused = value == Consent.Refused && !other.IsBlank && !field.Agree(left, right);

        // A refusal that has come since, or an address that has come to a person who had refused.
        if (isRefused && (IsNewOn(refusing, field, value) || _bases[refusing.Other()].Find(field.Name) is null or { IsBlank: true }) && Allows(direction, refusing) && field.End(refusing.Other()).CanWrite)
        {
            if (BlockFrom(refusing) is { } block) _result.Note(new SyncAction.Skip(refusing, block.Reason, $"{field.Name}: {block.Why}"));
            else
            {
                _result.Put(field, refusing.Other(), Consent.Refused, other, value);
                if (!IsHeld(refusing) && !IsFirstSight(field)) _result.ChangedBy ??= refusing;
            }

            return;
        }

        if (isRefused && IsNewOn(refusing.Other(), field, other) && Allows(direction, refusing.Other()))
            _result.Note(new SyncAction.Skip(refusing.Other(), SkipReason.ConsentKept, $"{field.Name}: the other side's refusal stays; only the person can take it back, there."));
        foreach (var side in Sides.Both)
        {
            if (RecordOf(side).Fields.ContainsKey(field.Name) && IsNewOn(side, field, side == Side.Left ? left : right)) _result.AdoptOn(side, field, side == Side.Left ? left : right);
        }
    }

    private bool IsNewOn(Side side, FieldMap field, FieldValue value) => _bases[side].Find(field.Name) is not { } known || !FieldMap.SameAsBase(value, known);

    /// <summary>
    /// A status that goes nowhere is only remembered, and told where the tenant reacts to it. What was never seen of a link that has been there
    /// for long is no news; of a record that is linked now, or was made by this app, it is.
    /// </summary>
    private void Watch(FieldMap field, Direction direction, Side side)
    {
        var known = _bases[side].Find(field.Name);
        if (RecordOf(side).Fields.Find(field.Name) is not { } value || (known is not null && FieldMap.SameAsBase(value, known)) || BlockFrom(side) is not null) return;
        _result.AdoptOn(side, field, value);
        if (!Allows(direction, side) || (known is null && _link is not null && _link.CreatedFrom != side.Other())) return;
        if (Watching.Of(_settings, field, side, known, value) is { } told) _result.Note(told);
    }

    /// <summary>A category for which no status stands would keep what the other side shows, now and later, from going over.</summary>
    private bool HasNoStatus(FieldMap field, Side target, FieldValue category) => field.Status is not null && !_settings.CanTranslate(plan.Kind, field, target, category);

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
        else if (IsDropped(source))
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
        var (winner, rule) = leftWins == rightWins ? Preferred() : (leftWins ? Side.Left : Side.Right, ConflictRule.OnlyWay);

        // While the winner has to wait nothing is decided yet.
        if (!IsHeld(winner) && Arrives(field, winner, winner == Side.Left ? left : right) && (leftWins || rightWins || (BlockFrom(Side.Left) ?? BlockFrom(Side.Right)) is null)) _result.Note(new SyncAction.Conflict(field.Name, winner, left, right, rule));
        if (leftWins || rightWins)
        {
            Flow(field, direction, winner, winner == Side.Left ? left : right, winner == Side.Left ? right : left);
            if (_result.ChangedBy == winner) _result.WonBy ??= winner;
            return;
        }

        // Neither value may go over: each stays where it is.
        Flow(field, direction, Side.Left, left, right);
        Flow(field, direction, Side.Right, right, left);
    }

    /// <summary>Whether the other side can hold a value as things are: not one that it has no word for, nor a record that it does not have.</summary>
    private bool Arrives(FieldMap field, Side source, FieldValue value) => value is not FieldValue.Reference && _settings.CanTranslate(plan.Kind, field, source.Other(), value);

    /// <summary>The winner of a conflict: the lock's source, after the lock too where what it held is dropped, else the newest where that is wanted and certain, else the master.</summary>
    private (Side Side, ConflictRule Rule) Preferred()
    {
        if (_link?.Lock is { } locked && (plan.Now < locked.Until || IsDropped(locked.Source.Other()))) return (locked.Source, ConflictRule.Lock);
        return plan.Choices.NewestWins && plan.Item.Clocks.Later(_left, _right) is { } newest ? (newest, ConflictRule.Newest) : (_settings.MasterOf(plan.Kind), ConflictRule.Master);
    }

    /// <summary>Whether a side's value may take the other's place at all.</summary>
    private bool CanWin(FieldMap field, Direction direction, Side side, FieldValue value) =>
        FlowSettings.Allows(direction, side) && BlockFrom(side) is null && !(_settings.BlankOf(plan.Kind, field) == BlankPolicy.Keep && value.IsBlank);

    private static bool IsMergedSet(FieldMap field, Direction direction) => field.Type == FieldType.Set && direction == Direction.Both;

    /// <summary>Everything that either side has, less what either took out. Each way is a write of its own, and may have to wait by itself.</summary>
    private void MergeSets(FieldMap field, FieldValue left, FieldValue right)
    {
        if (_link?.Lock?.Source.Other() is { } waited && IsDropped(waited) && !IsHeld(waited) && BlockFrom(waited) is null)
        {
            DropFromSet(field, waited, waited == Side.Left ? left : right, waited == Side.Left ? right : left);
            return;
        }

        var merged = left.AsSet().With(right.AsSet()).Without(BaseOf(Side.Left).Without(left.AsSet())).Without(BaseOf(Side.Right).Without(right.AsSet()));
        var isBrought = BringSet(field, Side.Left, right, left, merged);

        // Left is written first, and then has all of it.
        var isSent = BringSet(field, Side.Right, isBrought ? merged : left, right, merged);

        // What goes over from the one while the other waits is a change like any other.
        var source = isSent ? Side.Left : Side.Right;
        if (isBrought != isSent && !IsFirstSight(field) && !FieldMap.SameAsBase(source == Side.Left ? left : right, _bases[source][field.Name])) _result.ChangedBy = source;

        FieldValue.Set BaseOf(Side side) => (_bases[side].Find(field.Name) ?? FieldValue.None).AsSet();
    }

    /// <summary>What was put in and taken out on <paramref name="source"/> stays there; what the other side changed goes over by itself.</summary>
    private void DropFromSet(FieldMap field, Side source, FieldValue value, FieldValue other)
    {
        var target = source.Other();
        var before = (_bases[target].Find(field.Name) ?? other).AsSet();
        var kept = value.AsSet().With(other.AsSet().Without(before)).Without(before.Without(other.AsSet()));
        _result.Drop(source, field, value);
        if (field.Agree(kept, value) || BlockFrom(target) is not null) _result.AdoptOn(target, field, other);
        else _result.Bring(field, source, kept, value, other);
    }

    /// <returns>Whether it is to be written.</returns>
    private bool BringSet(FieldMap field, Side target, FieldValue value, FieldValue other, FieldValue merged)
    {
        var source = target.Other();
        if (field.Agree(merged, other)) return false;
        if (BlockFrom(source) is { } block) _result.Note(new SyncAction.Skip(source, block.Reason, $"{field.Name}: {block.Why}"));
        else if (IsHeld(source)) _result.Hold(source, field, value);
        else if (IsDropped(source)) _result.Drop(source, field, value);
        else
        {
            _result.Put(field, target, merged, other, value);
            return true;
        }

        return false;
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
        else if (!_settings.CanTranslate(plan.Kind, field, target, value))
        {
            _result.Note(new SyncAction.Skip(source, SkipReason.ValueUnmapped, $"{field.Name} {value} has no counterpart."));
        }
        else
        {
            _result.Put(field, target, value, other, value);

            // A first value may be what is left of a match, which takes no lock from a change that is certain.
            if (isChange && (_result.ChangedBy is null || !IsFirstSight(field))) _result.ChangedBy = source;
        }
    }

    private bool IsHeld(Side source) => _link?.Lock?.Holds(source, plan.Now) == true && !(plan.Item.HeldSince is { } since && plan.Now - since >= LongestHold);

    private bool IsDropped(Side source) => plan.Item.HeldSince is not null && _settings.OnLockEnd == LockEnd.Discard && _link?.Lock?.Source == source.Other();

    /// <summary>What keeps values of <paramref name="source"/> from the other side: a locked status, or a filter of either.</summary>
    private Block? BlockFrom(Side source) =>
        RecordOf(source) is var record && record.IsBlocked(Blocks.Outgoing) ? record.Block
        : RecordOf(source.Other()) is var other && other.IsBlocked(Blocks.Incoming) ? other.Block
        : null;

    private bool IsFirstSight(FieldMap field) => !_bases.Left.ContainsKey(field.Name) || !_bases.Right.ContainsKey(field.Name);

    private bool IsMentioned(FieldMap field) => _left.Fields.ContainsKey(field.Name) || _right.Fields.ContainsKey(field.Name);

    /// <summary>Whether a side's changes of a field go over at all: a flow that goes one way brings nothing back.</summary>
    private bool Allows(Direction direction, Side source) => FlowSettings.Allows(direction, source) && FlowSettings.Allows(_settings.Direction, source);

    private Record RecordOf(Side side) => side == Side.Left ? _left : _right;
}
