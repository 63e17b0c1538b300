using System.Collections.Immutable;

namespace SyncFunctions.App.Audit;

/// <summary>What people read of each thing that can be done, as the end of a sentence that begins with who did it.</summary>
public static class AuditText
{
    public static readonly ImmutableSortedDictionary<string, string> All = new Dictionary<string, string>
    {
        ["AcceptInvitation"] = "accepted an invitation",
        ["BeginSession"] = "signed in",
        ["CancelRun"] = "cancelled a run",
        ["ChangePassword"] = "changed their password",
        ["ConfirmBrake"] = "let deletions and archivings go on that had been stopped",
        ["CreateConnection"] = "made a connection",
        ["CreateCounterpart"] = "had a record made in the other system",
        ["CreateFlow"] = "made a flow",
        ["CreateGroup"] = "made a group",
        ["CreateInvitation"] = "invited somebody",
        ["CreateKey"] = "made an API key",
        ["CreateTenant"] = "made an organisation",
        ["DisableFlow"] = "switched a flow off",
        ["DisableProject"] = "switched a project off",
        ["DisconnectConnection"] = "disconnected a connection",
        ["DisconnectFlow"] = "disconnected a flow for good",
        ["DisconnectLink"] = "disconnected two records for good",
        ["DisconnectProject"] = "disconnected a project for good",
        ["DismissBrake"] = "left alone what was to be deleted or archived",
        ["DismissUnmatched"] = "said that a record is not to be matched",
        ["EnableFlow"] = "switched a flow on",
        ["EnableProject"] = "switched a project on",
        ["EndInvitation"] = "took an invitation back",
        ["EndMySession"] = "signed another browser of theirs out",
        ["EndOtherSessions"] = "signed out of every other browser",
        ["EndRecordsApi"] = "ended the key by which records are posted to a flow",
        ["EndSession"] = "signed out",
        ["EndWebhook"] = "ended the address for webhooks of a connection",
        ["EraseTenant"] = "had everything of the organisation erased",
        ["InviteToConnection"] = "made a link by which somebody may connect a system",
        ["LinkRecords"] = "linked two records",
        ["LookAtInvitation"] = "looked at an invitation",
        ["OfferUnmatched"] = "took back that a record is not to be matched",
        ["PatchAccess"] = "changed how people and machines may come in",
        ["PatchConnection"] = "changed a connection",
        ["PatchFlow"] = "changed the settings of a flow",
        ["PatchGroup"] = "changed a group",
        ["PatchTenant"] = "changed the organisation's settings",
        ["PatchUser"] = "changed a user",
        ["PauseLink"] = "paused a link",
        ["PauseRun"] = "paused a run",
        ["PushFields"] = "pushed fields of a record to the other system",
        ["PutConnectionToken"] = "gave a connection new credentials",
        ["PutMyNotices"] = "changed which notices they get",
        ["PutNotices"] = "changed who is told what by notices",
        ["PutSetupStages"] = "saved the stage map of a flow",
        ["PutSetupTeam"] = "saved the staff match of a flow",
        ["ReleaseLink"] = "ended the lock of a record",
        ["RemoveGroup"] = "removed a group",
        ["RemoveUser"] = "took a user out",
        ["ReplayWork"] = "had records taken up again that had been given up",
        ["ResendNotice"] = "sent a notice once more",
        ["RestoreConflict"] = "restored the value that had lost a conflict",
        ["ResumeLink"] = "let a link go on",
        ["ResumeRun"] = "let a run go on",
        ["RevokeKey"] = "revoked an API key",
        ["RotateNoticeSecret"] = "made a new secret for a webhook of notices",
        ["RotateReactionSecret"] = "made a new secret for a webhook of a flow",
        ["RotateRecordsKey"] = "made a new key by which records are posted to a flow",
        ["RotateWebhook"] = "made a new address for webhooks of a connection",
        ["RotateWebhookSecret"] = "made a new secret for webhooks of a connection",
        ["SkipSetup"] = "skipped the rest of a flow's setup",
        ["StartSetupImport"] = "began the import of a flow's setup",
        ["SyncFlow"] = "started a run of a flow",
        ["SyncProject"] = "had a project synchronised",
        ["SyncRecord"] = "had a record synchronised",
        ["TestNotice"] = "tried a rule for notices",
        ["UnlinkRecords"] = "unlinked two records",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Of a refusal it is what somebody wanted.</summary>
    public static string Of(string function, bool refused) => All.TryGetValue(function, out var done)
        ? refused ? $"was not allowed to do this: {done}" : done
        : refused ? "was not allowed to look at this" : function;
}
