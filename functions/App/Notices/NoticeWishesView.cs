using SyncFunctions.App.Access;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <param name="Off">What the caller does not want to be told, although a rule says so.</param>
/// <param name="EmailOff">They want no mail at all.</param>
public sealed record NoticeWishesView(IReadOnlyList<NoticeEvent> Off, bool EmailOff)
{
    public static NoticeWishesView Of(NoticeWishes wishes) => new(wishes.Off, wishes.EmailOff);
}

internal static class Wishing
{
    /// <summary>The user whose wishes a request is about.</summary>
    /// <exception cref="ProblemException">Nobody is signed in: a key has no wishes.</exception>
    public static string RequireUser(this Caller caller) =>
        caller.Kind == CallerKind.User ? caller.Id : throw new ProblemException(ProblemType.NotAllowed, "Only people who have signed in get notices of their own.");
}
