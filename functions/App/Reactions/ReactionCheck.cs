using System.Collections.Immutable;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Reactions;

/// <summary>Whether the reactions that a tenant wants can be done.</summary>
public sealed class ReactionCheck(Systems systems, WebhookSender sender)
{
    private const int Most = 20;
    private const int MaxText = 255;

    /// <summary>The flow, if nothing is wrong with its reactions.</summary>
    /// <exception cref="ProblemException">Something is.</exception>
    public Flow Require(Pair pair, Flow flow)
    {
        var reactions = flow.Settings.Reactions;
        var check = new BodyCheck().When(reactions.Length > Most, "#/settings/reactions", $"A flow has {Most} reactions at most.");
        var watched = (from kind in pair.Kinds from field in kind.Fields where field.Event == FieldMap.Prospect select (Kind: kind, Source: field.Left.Name is null ? Side.Right : Side.Left)).ToImmutableArray();
        for (var i = 0; i < reactions.Length; i++)
        {
            var at = $"#/settings/reactions/{i}";
            var what = reactions[i].Do;
            check
                .When(watched.IsEmpty, $"{at}/on", "The pair watches no prospects.")
                .When(reactions[i].Status.Any(string.IsNullOrWhiteSpace), $"{at}/status", "A status has at least one visible character.")
                .When(new[] { what.Tag, what.MergeField, what.Webhook }.Count(text => text is not null) != 1, $"{at}/do", "Name one of tag, mergeField and webhook.")
                .When(what.Value is null == what.MergeField is not null, $"{at}/do/value", "A merge field is given a value, and nothing else is.")
                .When(what.Tag is { Length: 0 or > MaxText } || (what.Tag is not null && !watched.All(HasTags)), $"{at}/do/tag", "The other system has no such tags.")
                .When(what.MergeField is { } name && !watched.All(kind => IsFree(kind, $"{ReactionWork.MergeFields}{name}")), $"{at}/do/mergeField", "The other system has no such merge field, or the pair maps it already.")
                .When(what.Value is { Length: > MaxText }, $"{at}/do/value", $"A value has {MaxText} characters at most.");
            if (what.Webhook is null) continue;
            if (sender.WhyNot(what.Webhook) is { } why) check.Add($"{at}/do/webhook", why);
            else check.When(!flow.WebhookSecrets.ContainsKey(what.Webhook), $"{at}/do/webhook", "The address has no secret yet: make one, with which its webhooks are signed.");
        }

        check.Refuse();
        return flow;

        bool HasTags((KindMap Kind, Side Source) kind) => FieldOf(kind, ReactionWork.TagsField) is { Writable: true, Type: SystemFieldType.Set };

        bool IsFree((KindMap Kind, Side Source) kind, string name) => FieldOf(kind, name) is { Writable: true, Type: SystemFieldType.Text } && kind.Kind.With(flow.Settings.Kind(kind.Kind.Name)).Fields.All(field => field.End(kind.Source.Other()).Name != name);

        SystemField? FieldOf((KindMap Kind, Side Source) kind, string name) => systems[pair.System(kind.Source.Other())].Catalog.Kind(kind.Kind.VendorKind(kind.Source.Other())).Field(name);
    }
}
