using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using EvenKeel.Cli.Commands;
using EvenKeel.Cli.Terminals;
using EvenKeel.Kernels;

namespace EvenKeel.Cli;

/// <summary>Puts the verbs together, runs one, and turns whatever happens into a sentence and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>The whole command: one line a verb.</summary>
    public static Command Create()
    {
        // Not a RootCommand: that takes its name from the running file, which is 'dotnet' or a test host at times.
        var root = new Command(Help.CommandName, "EvenKeel trains networks under every normalization scheme and compares them.")
        {
            new HelpOption(),
            new VersionOption(),
            CommonOptions.Convolution,
            CompareCommand.Create(),
            TrainCommand.Create(),
            StudyCommand.Create(),
            NormsCommand.Create(),
            FoldCommand.Create(),
            InspectCommand.Create(),
            DataCommand.Create(),
            VerifyCommand.Create(),
            BenchCommand.Create(),
            DoctorCommand.Create(),
        };
        root.AddExamples("evenkeel compare", "evenkeel study run wn-convpool --profile quick", "evenkeel norms bn");
        Help.Install(root);
        return root;
    }

    /// <summary>Runs one command line.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var result = Create().Parse(args);
        if (result.Action is ParseErrorAction)
        {
            foreach (var problem in result.Errors) error.WriteLine($"error: {problem.Message}");
            error.WriteLine($"Run '{Help.Path(result.CommandResult.Command)} --help' for usage and examples.");
            return ExitCode.Usage;
        }

        try
        {
            return result.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (Exception exception)
        {
            var (code, sentence) = Explain(exception);
            error.WriteLine(sentence);
            return code;
        }
    }

    /// <summary>Makes a verb do something: <paramref name="action"/> gets the parsed options, the terminal, and a token
    /// that Ctrl-C cancels.</summary>
    public static void Runs(this Command command, Func<ParseResult, Terminal, CancellationToken, int> action) =>
        command.SetAction(result =>
        {
            var usual = ConvMethods.Default;
            using var cancel = new CancellationTokenSource();
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            try
            {
                ConvMethods.Default = result.GetValue(CommonOptions.Convolution) ?? usual;
                return action(
                    result, new Terminal(result.InvocationConfiguration.Output, result.InvocationConfiguration.Error), cancel.Token);
            }
            finally
            {
                ConvMethods.Default = usual;
            }

            // The first signal asks, so that a checkpoint can be written; the second is left to end the process.
            void Stop(PosixSignalContext signal)
            {
                signal.Cancel = !cancel.IsCancellationRequested;
                cancel.Cancel();
            }
        });

    private static (int Code, string Sentence) Explain(Exception exception) => exception switch
    {
        DivergedException => (ExitCode.Diverged, $"error: {exception.Message}"),
        UserException or UnauthorizedAccessException or IOException => (ExitCode.Failed, $"error: {exception.Message}"),
        OutOfMemoryException => (ExitCode.Failed,
            "error: this needs more memory than the machine has left: use a smaller batch or width, or fewer threads."),
        OperationCanceledException => (ExitCode.Interrupted, "interrupted"),
        AggregateException { InnerExceptions: [var only] } => Explain(only),

        // A wrong value of an environment variable is first seen by whatever static field reads it.
        TypeInitializationException { InnerException: ArgumentException inner } => (ExitCode.Failed, $"error: {inner.Message}"),
        _ => (ExitCode.Failed, $"error: this is a fault in EvenKeel, please report it: {exception}"),
    };
}

/// <summary>What the command's exit codes mean.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Failed; a sentence on the error stream says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line was wrong.</summary>
    public const int Usage = 2;

    /// <summary>Training diverged.</summary>
    public const int Diverged = 3;

    /// <summary>Interrupted; what there was is saved.</summary>
    public const int Interrupted = 130;
}
