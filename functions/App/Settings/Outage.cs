using Azure;
using Azure.Identity;

namespace SyncFunctions.App.Settings;

/// <summary>Why storage or the vault did not do what was asked, in short: messages of their clients hold addresses and whole answers.</summary>
internal static class Outage
{
    public static bool Is(Exception failure) => failure is RequestFailedException or AuthenticationFailedException || (failure is AggregateException several && several.InnerExceptions.All(Is));

    public static string Text(Exception failure) => failure switch
    {
        RequestFailedException { Status: > 0 } refused => $"It answered {refused.Status} {refused.ErrorCode}".TrimEnd(),
        AuthenticationFailedException => "The app's identity gets no token for it",
        RequestFailedException => "It is not reached",
        AggregateException several => Text(several.InnerExceptions[0]),
        _ => failure.GetType().Name,
    };
}
