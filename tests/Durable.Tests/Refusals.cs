namespace SyncFunctions.Durable.Tests;

/// <summary>Asserts on exceptions as an app sees them that cannot name their type.</summary>
internal static class Refusals
{
    /// <summary>The task throws, and its exception's type and message are these.</summary>
    public static async Task ShouldThrowAsync(this Task task, string typeAndMessage)
    {
        var exception = await Record.ExceptionAsync(() => task);
        exception.ShouldNotBeNull();
        $"{exception.GetType().FullName}: {exception.Message}".ShouldBe(typeAndMessage);
    }
}
