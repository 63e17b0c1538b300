using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Notices;

/// <summary>What a webhook says: as Standard Webhooks suggest, its type, its time, and what it is about.</summary>
internal sealed record NoticeBody(string Type, DateTimeOffset Timestamp, NoticeBody.About Data)
{
    public static byte[] Of(ToldNotice told) => JsonSerializer.SerializeToUtf8Bytes(
        new NoticeBody(told.Text.Type, told.Notice.At, new About(
            told.Notice.Tenant.Value,
            told.Notice.Flow?.Value,
            told.FlowName,
            told.Text.Title,
            told.Text.Lines,
            told.Notice.Facts.Remove(NoticeFact.Digest),
            Digest.Of(told.Notice),
            told.Link)),
        Json.Options);

    internal sealed record About(
        string Tenant, string? Flow, string? FlowName, string Title, ImmutableArray<string> Lines, ImmutableSortedDictionary<string, string> Facts, Digest? Digest, Uri? Link);
}
