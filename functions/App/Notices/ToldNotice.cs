using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>A notice with its words and names, as every channel sends it.</summary>
/// <param name="Link">To the page that shows more; null where nobody knows the app's own address.</param>
internal sealed record ToldNotice(Notice Notice, NoticeText Text, string TenantName, string? FlowName, Uri? Link);
