using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Sync;

/// <summary>What a person may push from one side of a link to the other, and the plan of it.</summary>
internal static class Pushing
{
    /// <summary>What a vendor does not mention is as it was.</summary>
    public static FieldValue ValueOn(SyncCase item, FieldMap field, Side side) =>
        item.Item.RecordOn(side)?.Fields.Find(field.Name) ?? item.Link?.Value.Bases[side].Find(field.Name) ?? FieldValue.None;

    /// <summary>
    /// Why the other side's value cannot be written to <paramref name="target"/>, or null where it can. What the tenant narrowed for the
    /// sync does not bind a person; what the pair and the flow's direction rule out does.
    /// </summary>
    public static string? WhyNot(WorkScope scope, SyncCase item, FieldMap field, Side target) => WhyNot(scope, item, field, target, ValueOn(item, field, target.Other()));

    public static string? WhyNot(WorkScope scope, SyncCase item, FieldMap field, Side target, FieldValue value)
    {
        var (system, source) = (scope.NameOf(target), target.Other());
        var kinds = scope.Flow.On(target).Connector.Catalog;
        var vendorKind = scope.Kind.VendorKind(target);
        var end = field.End(target);
        if (item.Item.On(target) is not Sight.Present) return $"The record is not in {system} any more.";
        if (item.Item.On(source) is not Sight.Present) return $"The record is not in {scope.NameOf(source)} any more.";
        if (!end.CanWrite) return $"{system} has no such field that could be written.";
        if (kinds.HasKind(vendorKind) && end.Name is { } name && kinds.Kind(vendorKind).Field(name) is { Writable: false }) return $"The field is read-only in {system}.";
        if (!FlowSettings.AllowsAtCreation(field.Direction, source)) return $"The field belongs to {system}.";
        if (!FlowSettings.Allows(scope.Settings.Direction, source)) return $"The flow does not write to {system}.";
        if (!Consent.MayWrite(field, value) && !field.Agree(value, ValueOn(item, field, target))) return "Only the person can take a refusal back.";
        if (value is FieldValue.Reference reference) return $"{field.References} {reference.RecordId} is not linked.";
        if (value is FieldValue.Digest) return "Its text was not read.";
        return scope.Settings.CanTranslate(scope.Kind, field, target, value) ? null : $"{value} has no counterpart in {system}.";
    }

    /// <summary>
    /// A plan per side that is to be written to. Nothing of it waits, and nothing sets a lock: a person decided. A field whose values are
    /// the same already is only remembered.
    /// </summary>
    /// <param name="chosen">By field: the value to be, and the sides that are to have it.</param>
    public static IReadOnlyList<ItemPlan> Plan(KindMap kind, SyncCase item, IEnumerable<(FieldMap Field, FieldValue Value, IReadOnlyList<Side> Targets)> chosen)
    {
        var adopt = new SyncAction.Adopt(FieldSet.Empty, FieldSet.Empty);
        var writes = Sides.Both.ToDictionary(side => side, side => new SyncAction.Write(side, FieldSet.Empty, FieldSet.Empty, FieldSet.Empty));
        foreach (var (field, value, targets) in chosen)
        {
            var different = targets.Where(target => !field.Agree(value, ValueOn(item, field, target))).ToList();
            foreach (var target in different)
            {
                var write = writes[target];
                writes[target] = write with
                {
                    Fields = write.Fields.With(field.Name, field.End(target).Shape(value)),
                    Before = write.Before.With(field.Name, ValueOn(item, field, target)),

                    // The side that has the value already agrees from now on. Where both are written, each has its own read-back; until then the
                    // one that is to follow differs from what it should be, and so is not left behind.
                    SourceValues = different is [var first, _] ? (target == first ? write.SourceValues.With(field.Name, value) : write.SourceValues) : write.SourceValues.With(field.Name, ValueOn(item, field, target.Other())),
                };
            }

            if (different.Count == 0)
            {
                adopt = new SyncAction.Adopt(adopt.Left.With(field.Name, ValueOn(item, field, Side.Left)), adopt.Right.With(field.Name, ValueOn(item, field, Side.Right)));
            }
        }

        var plans = new List<ImmutableArray<SyncAction>>();
        if (!adopt.Left.IsEmpty) plans.Add([adopt]);
        foreach (var write in writes.Values.Where(write => !write.Fields.IsEmpty)) plans.Add([write]);

        // What is only remembered goes with the first write.
        if (plans.Count > 1 && !adopt.Left.IsEmpty) plans = [[.. plans[0], .. plans[1]], .. plans.Skip(2)];
        return [.. plans.Select(actions => new ItemPlan(item.Item, actions))];
    }
}
