namespace SyncFunctions.Engine;

/// <summary>Creates the counterpart of a record, with everything that its side may set; or says what is missing.</summary>
internal static class Creation
{
    public static void Plan(Planning plan, Side source, Record record)
    {
        var target = source.Other();
        var fields = FieldSet.Empty;
        var sourceValues = FieldSet.Empty;
        var (missing, watched) = (new List<SyncAction>(), new List<SyncAction>());
        foreach (var field in plan.Kind.Fields)
        {
            if (field.Event is not null) watched.AddRange(Watch(plan, source, field, record));
            if (!FlowSettings.AllowsAtCreation(plan.Settings.DirectionOf(plan.Kind, field), source) || !field.End(target).CanWrite) continue;
            var value = record.Fields.Find(field.Name) ?? FieldValue.None;
            var isRefused = field.IsConsent && Consent.WasRefused(field, plan.Item.Link?.Bases ?? plan.Item.Before);
            if (field.IsRequiredOn(target) && value.IsBlank)
            {
                plan.Skip(source, SkipReason.ReferenceMissing, $"It has no {field.Name}.");
                return;
            }

            if (value is FieldValue.Reference reference)
            {
                var wait = Await(source, field, reference, record);
                if (field.IsRequiredOn(target))
                {
                    plan.Add(wait);
                    return;
                }

                missing.Add(wait);
                continue;
            }

            // Made anew, it does not forget what the person had said.
            if (isRefused)
            {
                fields = fields.With(field.Name, Consent.Refused);
                sourceValues = sourceValues.With(field.Name, value);
                continue;
            }

            if (value.IsBlank)
            {
                // Agreed to be blank, so that whoever fills it in later has changed it.
                if (record.Fields.ContainsKey(field.Name)) sourceValues = sourceValues.With(field.Name, value);
                continue;
            }

            if (!plan.Settings.CanTranslate(plan.Kind, field, target, value))
            {
                missing.Add(new SyncAction.Skip(source, SkipReason.ValueUnmapped, $"{field.Name} {value} has no counterpart."));
                continue;
            }

            fields = fields.With(field.Name, field.End(target).Shape(value));
            sourceValues = sourceValues.With(field.Name, value);
        }

        // People may have typed it in on both sides.
        if (plan.Item.MayBeFurtherOn)
        {
            plan.Add(new SyncAction.Postpone(source, "The list of the other side is not read to its end, and the same may be new there."));
            return;
        }

        plan.Add(new SyncAction.Create(target, fields, sourceValues));
        plan.Add(missing);
        plan.Add(watched);
    }

    /// <summary>A status that goes nowhere is remembered with the link. What is made anew tells nothing that was told before.</summary>
    private static IEnumerable<SyncAction> Watch(Planning plan, Side source, FieldMap field, Record record)
    {
        if (record.Fields.Find(field.Name) is not { } value || !FlowSettings.Allows(plan.Settings.DirectionOf(plan.Kind, field), source)) yield break;
        var remembered = FieldSet.Of((field.Name, value));
        yield return source == Side.Left ? new SyncAction.Adopt(remembered, FieldSet.Empty) : new SyncAction.Adopt(FieldSet.Empty, remembered);
        if (Watching.Of(plan.Settings, field, source, plan.Item.Link?.Bases[source].Find(field.Name), value) is { } told) yield return told;
    }

    /// <summary>A reference that is not linked: it is waited for, unless it is known that it will not be.</summary>
    public static SyncAction Await(Side source, FieldMap field, FieldValue.Reference reference, Record record) =>
        record.Excluded.TryGetValue(field.Name, out var why)
            ? new SyncAction.Skip(source, SkipReason.ReferenceExcluded, $"Its {field.Name} is not synchronised: {why}") { First = (field.References!, reference.RecordId) }
            : new SyncAction.Park(source, field.Name, field.References!, reference.RecordId);
}
