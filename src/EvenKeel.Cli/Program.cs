return EvenKeel.Cli.CommandLine.Run(args, Console.Out, Console.Error);
