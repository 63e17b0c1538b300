namespace SyncFunctions.Up;

/// <summary>What keeps the local stack from running, as one sentence for the person at the console.</summary>
public sealed class UpFailure(string sentence, Exception? cause = null) : Exception(sentence, cause);
