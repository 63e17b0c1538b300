using System.Globalization;
using System.Text.Json;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>
/// What a write may do to a member's consent, whoever asks for it. Who has unsubscribed, whose mail came back, or who was archived, is
/// subscribed again by nobody but the person: such a status is left out of the write. To unsubscribe and to archive is always allowed.
/// </summary>
/// <param name="Status">What is written; null where the status stays.</param>
/// <param name="Archives">The member is archived afterwards, by a call of its own.</param>
/// <param name="IsRefused">A status was asked for that is not written.</param>
internal sealed record MailchimpConsent(string? Status, bool Archives, bool IsRefused)
{
    public const string Subscribed = "subscribed";
    public const string Unsubscribed = "unsubscribed";
    public const string Cleaned = "cleaned";
    public const string Pending = "pending";
    public const string Transactional = "transactional";
    public const string Archived = "archived";

    /// <summary>Written to a member before it is archived, since an archived one shows no other status.</summary>
    private const string Note = "Archived by SyncFunctions while ";

    /// <summary>A note that is older says nothing of this archiving.</summary>
    private static readonly TimeSpan NoteHolds = TimeSpan.FromMinutes(2);

    private static readonly string[] Open = [Subscribed, Pending, Transactional];

    /// <summary>What has taken nothing from the person's consent, and may be followed by any other status.</summary>
    public static bool IsOpen(string status) => Open.Contains(status);

    /// <param name="now">The member's status.</param>
    /// <param name="asked">The status to write, or null.</param>
    /// <param name="archive">Whether it is to be archived, or to come back; null: neither.</param>
    /// <param name="remembered">The status that it was archived with, where that is known for certain.</param>
    public static MailchimpConsent Of(string now, string? asked, bool? archive, string? remembered)
    {
        if (asked == Archived)
            (asked, archive) = (null, archive ?? true);
        return (now == Archived, archive) switch
        {
            // Without a note nobody knows what the person chose: then the safe side.
            (true, false) when asked is Unsubscribed or Cleaned => new(Unsubscribed, false, false),
            (true, false) => new(remembered ?? Unsubscribed, false, asked is not null && asked != remembered),
            (true, _) when asked is Unsubscribed or Cleaned => new(remembered is null ? null : Unsubscribed, remembered is not null, false),
            (true, _) => new(null, false, asked is not null),
            (false, _) => Of(now, asked) with { Archives = archive == true },
        };
    }

    /// <summary>The status of a new member, which mail cannot have come back from.</summary>
    /// <param name="asked">What was asked for, or null.</param>
    /// <param name="unknown">The status of those of whom nothing is known.</param>
    public static string OfNew(string? asked, string unknown) => asked switch
    {
        null or "" or Archived => unknown,
        Cleaned => Unsubscribed,
        _ => asked,
    };

    /// <summary>What is said of a member before it is archived; null where it comes back as unsubscribed anyway.</summary>
    public static string? NoteOf(string now) => IsOpen(now) ? Note + now : null;

    /// <summary>The status that an archived member had, by the note that was made then.</summary>
    public static string? Remembered(JsonElement member)
    {
        if (member.At("last_note.note").AsText("a note") is not { } note || !note.StartsWith(Note, StringComparison.Ordinal) || !IsOpen(note[Note.Length..])
            || !string.IsNullOrEmpty(member.At("unsubscribe_reason").AsText("the reason of an unsubscription")))
            return null;
        return TimeOf(member, "last_note.created_at") is { } made && TimeOf(member, "last_changed") is { } changed && (changed - made).Duration() <= NoteHolds ? note[Note.Length..] : null;
    }

    private static MailchimpConsent Of(string now, string? asked) => asked switch
    {
        null => new(null, false, false),
        _ when asked == now => new(null, false, false),
        Unsubscribed => new(asked, false, false),
        Cleaned => new(IsOpen(now) ? asked : null, false, false),
        _ when IsOpen(now) => new(asked, false, false),
        _ => new(null, false, true),
    };

    private static DateTimeOffset? TimeOf(JsonElement member, string path) =>
        member.At(path).AsText("a time") is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
