namespace EvenKeel;

/// <summary>
/// A mistake or a missing thing on the user's side, said in one sentence: what was expected, what came, what to do.
/// The command prints the message alone, never a stack trace.
/// </summary>
/// <param name="message">The sentence.</param>
/// <param name="inner">What caused it, if something did.</param>
public class UserException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A run whose loss or weights stopped being finite; the message names the step and the first layer.</summary>
/// <param name="message">The sentence.</param>
public sealed class DivergedException(string message) : UserException(message);
