using Microsoft.AspNetCore.Http;
using SyncFunctions.State;

namespace SyncFunctions.App.Connect;

/// <summary>How a sign-in ended, in words of our own.</summary>
/// <param name="Back">The connection in the dashboard, for those who use that; null where it is not known which one it was.</param>
public sealed record ConnectOutcome(bool Connected, int Status, string Title, string Text, string? Back = null)
{
    public HtmlPage ToPage() => new(Status, Title, Text, BackToDashboard.Script(Connected)) { Back = Back };

    public ConnectOutcome For(StoredConnection connection) =>
        this with { Back = $"/api/app/#/t/{Uri.EscapeDataString(connection.Tenant.Value)}/connections/{Uri.EscapeDataString(connection.Id.Value)}" };
}

internal static class ConnectPages
{
    private const string NotConnected = "Not connected";

    public static HtmlPage InvitationSpent => new(
        StatusCodes.Status410Gone, "This link does not work", "It was used already, is too old, or is not complete. Ask for a new invitation link.");

    /// <summary>One text for whatever is wrong with the state, so that nobody learns which part it was.</summary>
    public static readonly ConnectOutcome Unknown = new(
        false, StatusCodes.Status400BadRequest, NotConnected, "This sign-in was not begun in this browser, was finished already, or took too long. Ask for a new invitation link and try again.");

    public static ConnectOutcome Done(string system, string? account, string? user) => new(
        true,
        StatusCodes.Status200OK,
        "Connected",
        $"{system}{(account is { Length: > 0 } ? $" ({account})" : "")} is connected{(user is { Length: > 0 } ? $" as {user}" : "")}. You can close this page.");

    public static ConnectOutcome Declined(string system) => new(
        false, StatusCodes.Status200OK, NotConnected, $"{system} did not give its consent, or you declined it. Ask for a new invitation link to try again.");

    public static ConnectOutcome Failed(string detail) => new(
        false, StatusCodes.Status422UnprocessableEntity, NotConnected, $"{detail} Ask for a new invitation link to try again.");

    public static ConnectOutcome RightMissing(string detail) => new(
        false, StatusCodes.Status422UnprocessableEntity, NotConnected, $"{detail} Sign in as an administrator: ask for a new invitation link to try again.");

    public static ConnectOutcome OtherAccount(string expected, string found) => new(
        false,
        StatusCodes.Status422UnprocessableEntity,
        NotConnected,
        $"This connection is for the account '{expected}', but you signed in to '{found}'. Ask for a new invitation link and sign in to '{expected}'.");
}
