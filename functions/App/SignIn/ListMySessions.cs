using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>The browsers in which one is signed in: this one first, then by when they were used last.</summary>
public sealed class ListMySessions(PersonStore people)
{
    /// <param name="Current">It is the one that asks.</param>
    /// <param name="LastUsedAt">To about a minute.</param>
    /// <param name="Address">Where its last request came from; null where that is not known.</param>
    /// <param name="Browser">What it says of itself; null where it says nothing.</param>
    public sealed record View(string Id, bool Current, DateTimeOffset BegunAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? Address, string? Browser);

    [Function(nameof(ListMySessions))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<View>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/me/sessions")] HttpRequest request, CancellationToken cancellation)
    {
        var own = request.HttpContext.Features.Get<Session>();
        var found = own is null ? [] : await people.SessionsAsync(own.Person, cancellation);
        var page = found
            .OrderByDescending(session => session.Hash == own!.Hash).ThenByDescending(session => session.LastUsedAt)
            .Page(session => session.Id, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<View>(
            [.. page.Items.Select(session => new View(session.Id, session.Hash == own!.Hash, session.CreatedAt, session.LastUsedAt, session.ExpiresAt, session.Address, session.Browser))], page.Continuation));
    }
}
